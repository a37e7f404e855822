import { randomUUID } from 'node:crypto';
import type { SessionId } from '../../domain/ids';
import { reconcileStart } from '../../messages/reconcile';
import { problem } from './admin-office';
import { Shop, until } from './shop';

let shop: Shop;
beforeAll(async () => {
  shop = await Shop.open();
});
afterAll(() => shop?.close());

const ask = (method: 'get' | 'post', path: string) =>
  shop.http[method](path).set('authorization', `Bearer ${shop.world.env.ADMIN_TOKEN}`);
const run = (key?: string) => {
  const asked = ask('post', '/admin/reconciliations');
  return key === undefined ? asked : asked.set('idempotency-key', key);
};
const read = (id: string) => ask('get', `/admin/reconciliations/${id}`);

async function done(id: string) {
  shop.world.know(reconcileStart({ id, trigger: 'staff' }).workflowId as SessionId);
  return until(async () => {
    const { body } = await read(id);
    return body.status !== 'RUNNING' && body;
  });
}

/** Of a discrepancy. */
const ID = expect.stringMatching(/^[0-9a-f]{32}$/);

describe('POST /admin/reconciliations', () => {
  test('answers with an id at once; what it repaired and found stands under it', async () => {
    await shop.world.product('MUG', { amount: 1500, stock: 1 });
    const { body: checkout } = await shop.checkout({ items: [{ sku: 'MUG', quantity: 1 }] });
    await shop.world.pay(checkout.sessionId);
    const stray = await shop.world.at<{ id: string }>('/sessions', {
      mode: 'payment',
      line_items: [
        { quantity: 1, price_data: { currency: 'eur', unit_amount: 700, product_data: { name: 'Theirs' } } },
      ],
      success_url: 'http://localhost/elsewhere',
    });
    await shop.world.pay(stray.id as SessionId);

    const answer = await run();
    expect(answer.status).toBe(202);
    expect(answer.body).toEqual({ id: expect.stringMatching(/^[0-9a-f-]{36}$/) });
    const first = await read(answer.body.id);
    expect(first.status).toBe(200);
    if (first.body.status === 'RUNNING') expect(first.body.finishedAt).toBeNull();

    expect(await done(answer.body.id)).toEqual({
      id: answer.body.id,
      status: 'COMPLETED',
      startedAt: expect.stringMatching(/^\d{4}-.*Z$/),
      finishedAt: expect.stringMatching(/^\d{4}-.*Z$/),
      checked: expect.any(Number),
      repaired: [{ sessionId: checkout.sessionId, action: 'paid' }],
      discrepancies: [{ id: ID, kind: 'captured_without_order', reference: stray.id, detail: expect.any(String) }],
      skipped: [],
      failure: null,
    });
    expect((await shop.http.get(`/orders/${checkout.sessionId}`)).body.status).toBe('PREPARING');
    expect((await shop.http.get(`/orders/${stray.id}`)).status).toBe(404);
  });

  test('looks at least 25 hours back', async () => {
    const { body } = await run();
    await done(body.id);
    const { window, startedAt } = await shop.world.db.reconciliation.findUniqueOrThrow({ where: { id: body.id } });
    const { sessionsSince, eventsSince, runsSince, ledgerSince } = window as Record<string, number>;
    for (const since of [sessionsSince, eventsSince, runsSince, ledgerSince])
      expect(startedAt.getTime() - (since as number)).toBeGreaterThanOrEqual(25 * 3_600_000 - 60_000);
  });

  test('is one sweep under one key, before and after it is done, and another without', async () => {
    const [first, second] = await Promise.all([run('close-of-day'), run('close-of-day')]);
    expect(first.body).toEqual(second.body);
    await done(first.body.id);
    const { finishedAt } = (await read(first.body.id)).body;
    const again = await run('close-of-day');
    expect([again.status, again.body]).toEqual([202, first.body]);
    expect((await read(first.body.id)).body.finishedAt).toBe(finishedAt);
    const other = await run('close-of-another-day');
    expect(other.body.id).not.toBe(first.body.id);
    await done(other.body.id);
  });

  test('takes no body, and nobody without the token', async () => {
    expect((await run().send({ since: 'ever' })).body).toEqual(
      problem(400, 'invalid_request', { errors: expect.any(Array) }),
    );
    expect((await shop.http.post('/admin/reconciliations')).status).toBe(401);
  });
});

describe('GET /admin/reconciliations/{id}', () => {
  test('latest is the one that began last', async () => {
    await shop.world.sleep(60_000);
    const { body } = await run();
    expect((await read('latest')).body.id).toBe(body.id);
    await done(body.id);
  });

  test('is 404 for one that never was, and for what is no id', async () => {
    for (const id of [randomUUID(), 'last', '1']) expect((await read(id)).body).toEqual(problem(404, 'not_found'));
  });
});

describe('a price at Stripe that is not the catalogue’s', () => {
  test('closes the checkout, and staff are told once for all who tried', async () => {
    await shop.world.product('CUP', { amount: 900 });
    const { stripePriceId } = await shop.world.db.price.findFirstOrThrow({ where: { sku: 'CUP' } });
    await shop.world.db.price.updateMany({ where: { stripePriceId }, data: { amount: 950 } });
    for (let shopper = 0; shopper < 2; shopper++)
      expect((await shop.checkout({ items: [{ sku: 'CUP', quantity: 1 }] })).status).toBe(503);

    for (let sweeps = 0; sweeps < 2; sweeps++) {
      const { discrepancies } = await done((await run()).body.id);
      expect(discrepancies).toEqual([
        { id: ID, kind: 'amount_differs', reference: 'CUP', detail: expect.stringContaining('€9.00') },
      ]);
    }
    const mails = () =>
      shop.world.db.mail.findMany({ where: { template: 'reconciliation_report', text: { contains: 'CUP' } } });
    await until(async () => (await mails()).every(({ status }) => status === 'SENT'));
    expect(await mails()).toHaveLength(1);

    await shop.world.db.price.updateMany({ where: { stripePriceId }, data: { amount: 900 } });
    await shop.world.sleep(86_400_000 + 60_000);
    expect((await done((await run()).body.id)).discrepancies).toEqual([]);
  });
});
