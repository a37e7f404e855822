import type Stripe from 'stripe';
import { EVIDENCE_FIELDS } from '../../domain/evidence';
import type { SessionId } from '../../domain/ids';
import { Risk } from '../workflow/risk';
import { until } from '../workflow/world';
import { invalidAt, problem } from './admin-office';
import { Shop } from './shop';

let shop: Shop;
let risk: Risk;
beforeAll(async () => {
  shop = await Shop.open();
  risk = new Risk(shop.world);
  await shop.world.product('mug', { amount: 1250, stock: 1000 });
  await shop.listenToStripe();
});
afterEach(() => fetch(`${shop.world.sandbox.url}/_control/faults`, { method: 'DELETE' }));
afterAll(() => shop?.close());

const authorized = { authorization: 'Bearer admin-token-of-the-world' };
const read = (id: string, path = `/admin/disputes/${id}`) => shop.http.get(path).set(authorized);
const write = (id: string, body: object) => shop.http.put(`/admin/disputes/${id}/evidence`).set(authorized).send(body);
const submit = (id: string, key?: string) => {
  const asked = shop.http.post(`/admin/disputes/${id}/submit`).set(authorized);
  return key === undefined ? asked : asked.set('idempotency-key', key);
};

/** A dispute that Stripe's own events have told of, with evidence gathered. */
async function disputed(how: Record<string, unknown> = {}): Promise<{ dispute: Stripe.Dispute; order: SessionId }> {
  const { id } = await shop.world.checkout([{ sku: 'mug', quantity: 2 }]);
  await shop.world.pay(id);
  await until(async () => (await shop.world.order(id)).status === 'PREPARING');
  const dispute = await risk.dispute(id, how);
  shop.world.know(dispute.id as SessionId);
  await until(async () => (await risk.row(dispute))?.evidence);
  return { dispute, order: id };
}

describe('reading', () => {
  test('shows the dispute, its order, the money that is gone, and the evidence', async () => {
    const { dispute, order } = await disputed({ reason: 'product_not_received' });
    await risk.recorded(dispute, { withdrawn: 2500n });
    const { status, body } = await read(dispute.id);
    expect(status).toBe(200);
    expect(body).toEqual({
      id: dispute.id,
      order: { number: (await shop.world.order(order)).number, sessionId: order },
      ...{ status: 'needs_response', reason: 'product_not_received', open: true, lost: false },
      amount: { amount: 2500, currency: 'eur' },
      withdrawn: { amount: 2500, currency: 'eur' },
      dueBy: new Date((dispute.evidence_details.due_by as number) * 1000).toISOString(),
      evidence: expect.objectContaining({ customer_name: 'Ada Lovelace', customer_email_address: 'ada@example.com' }),
      gatheredAt: expect.any(String),
      ...{ editedAt: null, submittedAt: null, closedAt: null, earlierOrders: null },
      createdAt: expect.any(String),
    });
  });

  test('is listed with its order, by number and by session', async () => {
    const { dispute, order } = await disputed();
    const { number } = await shop.world.order(order);
    for (const ref of [number, order]) {
      const { body } = await read('', `/admin/orders/${ref}`);
      expect(body).toMatchObject({
        disputed: true,
        disputes: [
          {
            ...{ id: dispute.id, status: 'needs_response', reason: 'fraudulent' },
            amount: { amount: 2500, currency: 'eur' },
            dueBy: new Date((dispute.evidence_details.due_by as number) * 1000).toISOString(),
          },
        ],
      });
    }
    const { body } = await read('', '/admin/orders?disputed=true');
    expect(body.data.map(({ sessionId }: { sessionId: string }) => sessionId)).toContain(order);
  });

  test.each(['du_nobody', 'cs_test_1', '%20', 'du_1%2F..'])('%s is of nobody', async (id) => {
    const { status, body } = await read(id);
    expect([status, body]).toEqual([404, problem(404, 'unknown_dispute')]);
  });

  test('is for staff alone', async () => {
    for (const asked of [
      shop.http.get('/admin/disputes/du_1'),
      shop.http.put('/admin/disputes/du_1/evidence').send({}),
      shop.http.post('/admin/disputes/du_1/submit'),
    ])
      expect((await asked).status).toBe(401);
  });
});

describe('changing the evidence', () => {
  let untouched: Stripe.Dispute;
  beforeAll(async () => {
    untouched = (await disputed()).dispute;
  });

  test('replaces all of it; what is empty or left out is not submitted', async () => {
    const { dispute, order } = await disputed();
    const { status, body } = await write(dispute.id, {
      customer_name: 'Ada L.',
      uncategorized_text: 'Two\nlines.',
      service_date: '',
    });
    expect(status).toBe(200);
    expect(body.evidence).toEqual({ customer_name: 'Ada L.', uncategorized_text: 'Two\nlines.' });
    expect(body.editedAt).toEqual(expect.any(String));
    expect(await risk.told(order, 'dispute')).toContain(`Staff changed the evidence for the dispute ${dispute.id}`);
    await submit(dispute.id);
    const { evidence } = await shop.world.stripe.disputes.retrieve(dispute.id);
    expect(evidence).toMatchObject({
      customer_name: 'Ada L.',
      uncategorized_text: 'Two\nlines.',
      product_description: null,
    });
  });

  test.each([
    ['a field that Stripe does not have', { favourite_colour: 'blue' }, ''],
    ['a field that takes a file', { receipt: 'file_1' }, ''],
    ['a number', { customer_name: 7 }, 'customer_name'],
    ['more than a field takes', { uncategorized_text: 'x'.repeat(20_001) }, 'uncategorized_text'],
    ['what PostgreSQL does not keep', { uncategorized_text: 'a\u0000b' }, 'uncategorized_text'],
    [
      'more than all may have',
      Object.fromEntries(EVIDENCE_FIELDS.slice(0, 8).map((field) => [field, 'x'.repeat(19_000)])),
      '',
    ],
  ])('refuses %s', async (_, body, path) => {
    const answer = await write(untouched.id, body);
    expect([answer.status, answer.body]).toEqual([400, invalidAt(path)]);
    expect(await risk.row(untouched)).toMatchObject({
      ...{ editedAt: null, evidence: expect.objectContaining({ customer_name: 'Ada Lovelace' }) },
    });
  });

  test('is refused once it was submitted, and once the dispute is closed', async () => {
    const { dispute } = await disputed();
    expect((await submit(dispute.id)).status).toBe(200);
    const submitted = await write(dispute.id, { customer_name: 'Too late' });
    expect([submitted.status, submitted.body]).toEqual([
      409,
      problem(409, 'invalid_transition', { detail: 'The evidence was already submitted.' }),
    ]);
    const { dispute: closed } = await disputed();
    await shop.world.at(`/disputes/${closed.id}/close`, { status: 'lost' });
    await risk.recorded(closed, { open: false });
    expect((await write(closed.id, { customer_name: 'Too late' })).body.detail).toBe('The dispute is closed: lost.');
    expect((await write('du_nobody', {})).body.code).toBe('unknown_dispute');
  });
});

describe('submitting', () => {
  test('gives it to the bank, and answers with the dispute', async () => {
    const { dispute } = await disputed();
    const { status, body } = await submit(dispute.id);
    expect([status, body.submittedAt]).toEqual([200, expect.any(String)]);
    await risk.recorded(dispute, { status: 'under_review' });
    expect((await read(dispute.id)).body).toMatchObject({ status: 'under_review', open: true });
  });

  test('twice is refused, but not a repeat under the same key', async () => {
    const { dispute } = await disputed();
    expect((await submit(dispute.id, 'key-1')).status).toBe(200);
    expect((await submit(dispute.id, 'key-1')).status).toBe(200);
    const again = await submit(dispute.id, 'key-2');
    expect([again.status, again.body]).toEqual([
      409,
      problem(409, 'invalid_transition', { detail: expect.stringMatching(/already submitted/) }),
    ]);
    expect((await shop.world.stripe.disputes.retrieve(dispute.id)).evidence_details.submission_count).toBe(1);
  });

  test('of a dispute that is closed, or whose run was ended by hand, answers all the same', async () => {
    const { dispute: closed } = await disputed();
    await shop.world.at(`/disputes/${closed.id}/close`, { status: 'won' });
    await risk.ended(closed);
    const refused = await submit(closed.id);
    expect([refused.status, refused.body.detail]).toEqual([409, 'The dispute is closed: won']);

    const { dispute } = await disputed();
    await shop.world.handle(dispute.id as SessionId).terminate();
    expect((await submit(dispute.id)).status).toBe(200);
  });

  test('says what Stripe does not take', async () => {
    const { dispute } = await disputed();
    await shop.world.at('/faults', {
      match: { method: 'POST', path: '^/v1/disputes/' },
      kind: 'invalid',
      code: 'dispute_evidence_page_limit_exceeded',
    });
    const { status, body } = await submit(dispute.id);
    expect([status, body.detail]).toEqual([409, expect.stringContaining('dispute_evidence_page_limit_exceeded')]);
    expect((await write(dispute.id, { uncategorized_text: 'Shorter.' })).status).toBe(200);
    expect((await submit(dispute.id)).status).toBe(200);
  });
});

describe('what is found out about an order that is done', () => {
  test('is answered by “retry”, which lets it be', async () => {
    await shop.world.product('ebook', { amount: 900 });
    const { id } = await shop.world.checkout([{ sku: 'ebook' }]);
    await shop.world.pay(id);
    await until(async () => (await shop.world.order(id)).status === 'COMPLETED');
    await risk.ended({ id });
    await shop.world.at(`/charges/${await risk.chargeOf(id)}/early-fraud-warning`);
    await until(async () => (await shop.world.order(id)).attentionStep === 'fraud-warning');
    const retry = () => shop.http.post(`/admin/orders/${id}/retry`).set(authorized);
    const { status, body } = await retry();
    expect([status, body.attention]).toEqual([200, null]);
    expect(await risk.told(id, 'decided')).toEqual(['Staff have decided about “fraud-warning”']);
    expect((await retry()).status).toBe(409);
  });
});
