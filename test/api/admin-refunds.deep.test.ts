import { Client, Connection } from '@temporalio/client';
import type { SessionId } from '../../domain/ids';
import { refundRequestId } from '../../messages/refund-request';
import { openTimers } from '../workflow/world/timers';
import { invalidAt, problem } from './admin-office';
import { Shop, until } from './shop';

let shop: Shop;
beforeAll(async () => {
  shop = await Shop.open();
  await shop.world.product('mug', { amount: 1000, stock: 1000 });
  await shop.world.product('ebook', { amount: 2000 });
  await shop.world.product('gift', { amount: 0 });
});
afterAll(() => shop?.close());
afterEach(() => shop.world.noFaults());

let keys = 0;
const refund = (id: string, body: unknown = { reason: 'damaged' }, key: string | null = `key-${++keys}`) =>
  post(id, 'refund', key, body);
const retry = (id: string) => post(id, 'retry', null);

const post = (id: string, step: string, key: string | null, body?: unknown) =>
  shop.staffStep(id, step, key, body as object | undefined);

const intentOf = async (id: SessionId) => (await shop.world.order(id)).paymentIntentId as string;
const atStripe = async (id: SessionId) =>
  (await shop.world.stripe.refunds.list({ payment_intent: await intentOf(id) })).data.map(({ amount }) => amount);
const money = (amount: number) => ({ amount, currency: 'eur' });
const refused = (code: string, words: RegExp) => problem(409, code, { detail: expect.stringMatching(words) });
const fault = (body: Record<string, unknown>) =>
  shop.world.at('/faults', { match: { method: 'POST', path: '^/v1/refunds$' }, times: 1, ...body });
/** Whether the request of an order's only refund is between two tries of minutes each, which `retry` cuts short. */
async function pauses(id: SessionId): Promise<boolean> {
  const { requestKey } = await shop.world.db.refund.findFirstOrThrow({ where: { sessionId: id } });
  const { events } = await shop.world.history(refundRequestId(id, requestKey as string));
  return openTimers(events ?? []).length > 0;
}

/** Stripe tells of the latest refund. */
async function fails(id: SessionId): Promise<string> {
  const { data } = await shop.world.stripe.refunds.list({ payment_intent: await intentOf(id), limit: 1 });
  const failed = data[0]?.id as string;
  await shop.world.at(`/refunds/${failed}/fail`);
  await shop.world.deps().starter.refund(failed as never);
  await until(async () => (await shop.world.order(id)).attentionStep === 'refund-failed');
  return failed;
}

describe.each([
  ['whose workflow runs', () => shop.world.paidOrder([{ sku: 'mug', quantity: 2 }]), 'PREPARING'],
  ['that is done', () => shop.world.completedOrder([{ sku: 'ebook' }]), 'COMPLETED'],
])('a refund of an order %s', (_which, order, status) => {
  test('gives back a part, and answers with the order once Stripe has answered', async () => {
    const id = await order();
    const { number } = await shop.world.order(id);
    const answer = await refund(number, { amount: 600, reason: 'damaged' });
    expect([answer.status, answer.body]).toEqual([
      200,
      expect.objectContaining({
        sessionId: id,
        status,
        paymentStatus: 'PARTIALLY_REFUNDED',
        total: money(2000),
        refunded: money(600),
        attention: null,
        refunds: [
          {
            id: expect.stringMatching(/^re_/),
            request: expect.stringContaining(id),
            status: 'succeeded',
            amount: money(600),
            reason: 'damaged',
            refusal: null,
            failure: null,
            createdAt: expect.any(String),
          },
        ],
      }),
    ]);
    expect(await atStripe(id)).toEqual([600]);
  });

  test('gives back all that is left where no amount is named', async () => {
    const id = await order();
    await refund(id, { amount: 600, reason: 'damaged' });
    const answer = await refund(id);
    expect([answer.status, answer.body.status, answer.body.refunded]).toEqual([200, 'REFUNDED', money(2000)]);
    expect(await atStripe(id)).toEqual([1400, 600]);
  });

  test('is once a key, with the same answer', async () => {
    const id = await order();
    const body = { amount: 500, reason: 'other', note: 'as agreed' };
    const answers = await Promise.all([refund(id, body, 'twice'), refund(id, body, 'twice')]);
    answers.push(await refund(id, body, 'twice'));
    expect(answers.map((answer) => [answer.status, answer.body.refunds.length])).toEqual(Array(3).fill([200, 1]));
    expect(await atStripe(id)).toEqual([500]);
    const other = await refund(id, { ...body, amount: 501 }, 'twice');
    expect([other.status, other.body.code]).toEqual([409, 'idempotency_key_reused']);
    expect((await refund(id, { ...body, note: 'otherwise' }, 'twice')).status).toBe(409);
    expect(await atStripe(id)).toEqual([500]);
  });

  test('refuses more than is left, as often as it is asked, and lists no refund', async () => {
    const id = await order();
    await refund(id, { amount: 1500, reason: 'other' });
    const body = { amount: 501, reason: 'other' };
    for (let time = 1; time <= 2; time++) {
      const answer = await refund(id, body, 'too much');
      expect([answer.status, answer.body]).toEqual([400, invalidAt('idempotency-key')]);
    }
    const answers = [await refund(id, body, 'too-much'), await refund(id, body, 'too-much')];
    expect(answers.map(({ status }) => status)).toEqual([409, 409]);
    expect(answers[1]?.body).toEqual(refused('refund_exceeds_remaining', /€5\.00/));
    expect(await atStripe(id)).toEqual([1500]);
    const exactly = await refund(id, { amount: 500, reason: 'other' });
    expect([exactly.status, exactly.body.status, exactly.body.refunds.length]).toEqual([200, 'REFUNDED', 2]);
    expect((await refund(id, { amount: 1, reason: 'other' })).body.code).toBe('refund_exceeds_remaining');
  });

  test('keeps what staff remark in the database alone', async () => {
    const id = await order();
    const answer = await refund(
      id,
      { amount: 100, reason: 'other', note: 'Ada rang about the handle' },
      `remark-${id}`,
    );
    expect(answer.body.timeline).toContainEqual(
      expect.objectContaining({
        type: 'note',
        actor: 'staff',
        message: 'Asked to refund: Ada rang about the handle',
      }),
    );
    const runs = await shop.world.db.refund.findMany({ where: { sessionId: id } });
    const request = `refund/${id}/${runs[0]?.key.split('/').at(-1)}`;
    for (const workflow of [id, request]) {
      const history = await shop.world.history(workflow).catch(() => null);
      expect(Buffer.from(JSON.stringify(history)).toString()).not.toContain(
        Buffer.from('Ada rang').toString('base64').slice(0, 8),
      );
    }
  });

  test('is refused while the payment is disputed', async () => {
    const id = await order();
    const { chargeId } = await shop.world.order(id);
    await shop.world.at(`/charges/${chargeId}/dispute`);
    const answer = await refund(id);
    expect([answer.status, answer.body]).toEqual([409, refused('invalid_transition', /disputed/)]);
    expect(await atStripe(id)).toEqual([]);
  });

  test('that Stripe does not answer within 8 s is listed as requested, and follows', async () => {
    const id = await order();
    await fault({ kind: 'error_before', times: 1000 });
    const answer = await refund(id, { amount: 300, reason: 'other' }, `slow-${id}`);
    expect([answer.status, answer.body.refunds]).toEqual([
      200,
      [expect.objectContaining({ id: null, status: 'requested', amount: money(300) })],
    ]);
    expect(answer.body.refunded).toEqual(money(0));
    await shop.world.noFaults();
    await until(async () => {
      const again = await refund(id, { amount: 300, reason: 'other' }, `slow-${id}`);
      return again.status === 200 && again.body.refunds[0].status === 'succeeded';
    });
    expect(await atStripe(id)).toEqual([300]);
  });
});

describe('restock', () => {
  test('that Temporal does not take is stored, answered so, and made once, by the same key or the sweep', async () => {
    const id = await shop.world.paidOrder([{ sku: 'mug', quantity: 2 }]);
    const temporal = new Client({ connection: Connection.lazy({ address: '127.0.0.1:1' }) });
    const away = await shop.another({}, { temporal });
    const key = `away-${++keys}`;
    const stored = await away.http
      .post(`/admin/orders/${id}/refund`)
      .set({ authorization: `Bearer ${shop.world.env.ADMIN_TOKEN}`, 'idempotency-key': key })
      .send({ amount: 300, reason: 'damaged' });
    await away.close();
    expect([stored.status, stored.body.refunds]).toEqual([
      200,
      [expect.objectContaining({ id: null, status: 'requested', amount: money(300) })],
    ]);
    expect(await atStripe(id)).toEqual([]);
    expect((await refund(id, { amount: 300, reason: 'damaged' }, key)).status).toBe(200);
    expect(await atStripe(id)).toEqual([300]);
  });

  test('puts goods back on the shelf with the refund, shipped or not, never more than were bought', async () => {
    const id = await shop.world.paidOrder([{ sku: 'mug', quantity: 3 }]);
    const before = await shop.world.stock('mug');
    const one = { amount: 100, reason: 'damaged', restock: [{ sku: 'mug', quantity: 2 }] };
    expect((await refund(id, one)).status).toBe(200);
    expect(await shop.world.stock('mug')).toEqual({ ...before, onHand: before.onHand + 2 });
    const answer = await refund(id, one);
    expect([answer.status, answer.body]).toEqual([409, refused('invalid_transition', /mug.*2.*1/)]);
    expect((await refund(id, { reason: 'other' })).body.status).toBe('REFUNDED');
    expect(await shop.world.stock('mug')).toEqual({ ...before, onHand: before.onHand + 3 });
  });

  test('of one line by two requests at once is given to one of them', async () => {
    const id = await shop.world.paidOrder([{ sku: 'mug' }]);
    const before = await shop.world.stock('mug');
    const parcel = { carrier: 'Post', trackingNumber: 'P-1' };
    await post(id, 'ship', null, parcel);
    await post(id, 'deliver', null);
    await shop.world.end(id);
    const body = { amount: 100, reason: 'damaged', restock: [{ sku: 'mug', quantity: 1 }] };
    const answers = await Promise.all([refund(id, body), refund(id, body), refund(id, body)]);
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 409, 409]);
    expect(await atStripe(id)).toEqual([100]);
    expect(await shop.world.stock('mug')).toEqual({ ...before, onHand: before.onHand + 1 });
  });
});

describe('a return', () => {
  const one = { items: [{ sku: 'mug', quantity: 1 }], condition: 'restock' };
  const back = (id: string, body: object, key: string | null = `back-${++keys}`) => post(id, 'returns', key, body);
  const notices = async (id: SessionId) =>
    (await shop.world.mails(id)).filter((template) => template === 'return_received').length;
  const shipped = async () => {
    const id = await shop.world.paidOrder([{ sku: 'mug', quantity: 2 }]);
    await shop.world.ship(id);
    return id;
  };

  test.each([
    ['whose workflow runs', shipped, 'SHIPPED'],
    ['that is done', () => shop.world.completedOrder([{ sku: 'mug', quantity: 2 }]), 'COMPLETED'],
  ])('to an order %s is recorded, refunded and mailed once a key', async (_which, order, status) => {
    const id = await order();
    const before = await shop.world.stock('mug');
    const body = { ...one, refund: {}, note: 'handle broken' };
    const answers = await Promise.all([back(id, body, `same-${id}`), back(id, body, `same-${id}`)]);
    answers.push(await back(id, body, `same-${id}`));
    for (const answer of answers)
      expect([answer.status, answer.body]).toEqual([
        200,
        expect.objectContaining({
          status,
          refunded: money(1000),
          returns: [
            {
              ...{ id: expect.any(String), at: expect.any(String), ...one, actor: 'staff' },
              refundRequest: answer.body.refunds[0].request,
            },
          ],
          refunds: [expect.objectContaining({ status: 'succeeded', amount: money(1000), reason: 'other' })],
        }),
      ]);
    expect(answers[0]?.body.timeline.map(({ message }: { message: string }) => message)).toContainEqual(
      'Came back: 1 × mug, back in stock; €10.00 to be refunded: handle broken',
    );
    const reused = await back(id, { ...body, condition: 'write_off' }, `same-${id}`);
    expect([reused.status, reused.body.code]).toEqual([409, 'idempotency_key_reused']);
    expect(await atStripe(id)).toEqual([1000]);
    expect(await shop.world.stock('mug')).toEqual({ ...before, onHand: before.onHand + 1 });
    await until(async () => (await notices(id)) === 1);
    const second = await back(id, { ...one, items: [{ sku: 'mug', quantity: 2 }] });
    expect([second.status, second.body]).toEqual([409, refused('invalid_transition', /mug: 1 shipped.*2 asked/)]);
  });

  test('is recorded without its refund while a dispute is open, and not with it', async () => {
    const id = await shipped();
    await shop.world.db.order.update({ where: { sessionId: id }, data: { disputed: true } });
    const answer = await back(id, { ...one, refund: {} }, 'disputed');
    expect([answer.status, answer.body]).toEqual([409, refused('invalid_transition', /bank decides/)]);
    expect((await back(id, one, 'disputed')).body.returns).toHaveLength(1);
  });

  test('whose refund a rule refuses only afterwards stays, says so, and has it asked for anew by its key', async () => {
    const id = await shipped();
    await fault({ kind: 'error_before', times: 1000 });
    const disputed = (is: boolean) =>
      shop.world.db.order.update({ where: { sessionId: id }, data: { disputed: is, version: { increment: 1 } } });
    const body = { ...one, refund: { amount: 700 } };
    const asked = Promise.resolve(back(id, body, 'overtaken')); // a request goes out once it is waited for
    await until(async () => (await shop.world.order(id)).refunds.length === 1);
    await disputed(true);
    await shop.world.noFaults();
    const answer = await asked;
    expect([answer.status, answer.body]).toEqual([
      409,
      refused('invalid_transition', /^The return is recorded, its refund is not made\. .*bank decides/),
    ]);
    await disputed(false);
    const again = await back(id, body, 'overtaken');
    expect([again.status, again.body.returns.length, again.body.refunded]).toEqual([200, 1, money(700)]);
  });

  test('that Temporal does not take is recorded and answered so, and what follows is made by the same key', async () => {
    const id = await shipped();
    const temporal = new Client({ connection: Connection.lazy({ address: '127.0.0.1:1' }) });
    const away = await shop.another({}, { temporal });
    const body = { ...one, refund: {} };
    const stored = await away.http
      .post(`/admin/orders/${id}/returns`)
      .set({ authorization: `Bearer ${shop.world.env.ADMIN_TOKEN}`, 'idempotency-key': 'away-returned' })
      .send(body);
    await away.close();
    expect([stored.status, stored.body.returns.length, stored.body.refunds]).toEqual([
      200,
      1,
      [expect.objectContaining({ id: null, status: 'requested', amount: money(1000) })],
    ]);
    expect((await back(id, body, 'away-returned')).body.refunds).toMatchObject([{ status: 'succeeded' }]);
    expect(await atStripe(id)).toEqual([1000]);
    await until(async () => (await notices(id)) === 1);
  });

  test.each<[string, object, string[]]>([
    ['nothing', { items: [] }, ['items']],
    ['a SKU twice', { items: [...one.items, ...one.items] }, ['items']],
    ['goods in no condition', { condition: 'as new' }, ['condition']],
    ['no money', { refund: { amount: 0 } }, ['refund.amount']],
    ['a reason', { reason: 'damaged' }, ['']],
  ])('of %s is not valid', async (_what, change, paths) => {
    const answer = await back('cs_test_nobody', { ...one, ...change });
    expect([answer.status, answer.body]).toEqual([400, invalidAt(...paths)]);
  });

  test('without a key is 400', async () => {
    expect((await back('cs_test_nobody', one, null)).body).toEqual(invalidAt('idempotency-key'));
  });
});

describe('a replacement', () => {
  const again = (id: string, lines: object[], key: string | null = `again-${++keys}`, note?: string) =>
    post(id, 'replace', key, { items: lines, ...(note !== undefined && { note }) });
  const one = [{ sku: 'mug', quantity: 1 }];

  test('of an order that is done has it shipped again, once a key, at no charge', async () => {
    const id = await shop.world.completedOrder([{ sku: 'mug', quantity: 2 }]);
    const before = await shop.world.stock('mug');
    const answers = [await again(id, one, `lost-${id}`, 'lost'), await again(id, one, `lost-${id}`, 'lost')];
    for (const answer of answers)
      expect([answer.status, answer.body]).toEqual([
        200,
        expect.objectContaining({
          status: 'PREPARING',
          replacements: [
            {
              ...{ id: expect.any(String), at: expect.any(String), actor: 'staff' },
              items: [{ sku: 'mug', quantity: 1, with: null }],
            },
          ],
          refunds: [],
        }),
      ]);
    expect((await again(id, one, `lost-${id}`, 'broken')).body.code).toBe('idempotency_key_reused');
    expect(await shop.world.stock('mug')).toEqual({ ...before, onHand: before.onHand - 1 });
    const shipped = await post(id, 'ship', null, { carrier: 'DHL', trackingNumber: `again-${id}` });
    expect([shipped.status, shipped.body.status, shipped.body.shipments.length]).toEqual([200, 'SHIPPED', 2]);
    expect((await post(id, 'deliver', null)).body.status).toBe('COMPLETED');
  });

  test('before shipping exchanges the line for goods of the same price, if there are any', async () => {
    await shop.world.product('cup', { amount: 1000, stock: 1 });
    await shop.world.product('jug', { amount: 1200, stock: 1 });
    const id = await shop.world.paidOrder([{ sku: 'mug', quantity: 2 }]);
    const dearer = await again(id, [{ ...one[0], with: 'jug' }]);
    expect([dearer.status, dearer.body]).toEqual([409, refused('invalid_transition', /jug costs €12\.00/)]);
    const sold = await again(id, [{ sku: 'mug', quantity: 2, with: 'cup' }]);
    expect([sold.status, sold.body]).toEqual([
      409,
      problem(409, 'out_of_stock', { items: [{ sku: 'cup', requested: 2, available: 1 }] }),
    ]);
    // What is taken off sale may still be on the shelf.
    await shop.world.db.product.update({ where: { sku: 'cup' }, data: { active: false } });
    const answer = await again(id, [{ ...one[0], with: 'cup' }]);
    expect(
      answer.body.items.map(({ sku, quantity, total }: Record<string, unknown>) => [sku, quantity, total]),
    ).toEqual([
      ['mug', 1, money(1000)],
      ['cup', 1, money(1000)],
    ]);
    expect(answer.body.status).toBe('PREPARING');
    const parcel = { carrier: 'DHL', trackingNumber: `cup-${id}` };
    expect((await post(id, 'ship', null, parcel)).body.status).toBe('SHIPPED');
  });

  test.each<[string, object[], string[]]>([
    ['nothing', [], ['items']],
    ['a SKU twice', [...one, ...one], ['items']],
    ['goods as themselves', [{ ...one[0], with: 'mug' }], ['items.0.with']],
  ])('of %s is not valid', async (_what, lines, paths) => {
    expect((await again('cs_test_nobody', lines)).body).toEqual(invalidAt(...paths));
  });

  test('without a key is 400', async () => {
    expect((await again('cs_test_nobody', one, null)).body).toEqual(invalidAt('idempotency-key'));
  });
});

describe('a refund', () => {
  test('of an unpaid order is refused, and says what it is', async () => {
    const { id } = await shop.world.checkout([{ sku: 'mug' }]);
    const answer = await refund(id);
    expect([answer.status, answer.body]).toEqual([409, refused('invalid_transition', /PENDING/)]);
  });

  test('of an order that cost nothing is refused', async () => {
    const id = await shop.world.paidOrder([{ sku: 'gift' }]);
    await shop.world.end(id);
    const answer = await refund(id);
    expect([answer.status, answer.body]).toEqual([409, refused('invalid_transition', /COMPLETED/)]);
  });

  test('of nobody’s order is 404', async () => {
    expect((await refund('cs_test_nobody')).body).toEqual(problem(404, 'unknown_order'));
  });

  test('without a key is 400', async () => {
    const answer = await refund('cs_test_nobody', { reason: 'other' }, null);
    expect([answer.status, answer.body]).toEqual([400, invalidAt('idempotency-key')]);
    expect(answer.body.errors[0].message).toMatch(/^is missing: choose one/);
  });

  test.each<[string, Record<string, unknown>, string[]]>([
    ['no reason', { reason: undefined }, ['reason']],
    ['the reason that blocks a buyer', { reason: 'fraudulent' }, ['reason']],
    ['nothing', { amount: 0 }, ['amount']],
    ['less than nothing', { amount: -1 }, ['amount']],
    ['half a cent', { amount: 1.5 }, ['amount']],
    ['an amount in words', { amount: '100' }, ['amount']],
    ['no goods in the list', { restock: [] }, ['restock']],
    ['none of a good', { restock: [{ sku: 'mug', quantity: 0 }] }, ['restock.0.quantity']],
    [
      'a SKU twice',
      {
        restock: [
          { sku: 'mug', quantity: 1 },
          { sku: 'mug', quantity: 1 },
        ],
      },
      ['restock'],
    ],
    ['an unknown field', { currency: 'eur' }, ['']],
  ])('of %s is 400', async (_what, change, paths) => {
    const answer = await refund('cs_test_nobody', { reason: 'other', ...change });
    expect([answer.status, answer.body]).toEqual([400, invalidAt(...paths)]);
  });

  test('of an order whose run was terminated is healed by the asking', async () => {
    const id = await shop.world.paidOrder([{ sku: 'mug' }]);
    await shop.world.handle(id).terminate('by hand');
    const answer = await refund(id, { amount: 100, reason: 'other' });
    expect([answer.status, answer.body.refunded]).toEqual([200, money(100)]);
  });
});

describe('retry of an order that is done', () => {
  test('asks anew for what did not go through, and for no more', async () => {
    const id = await shop.world.completedOrder([{ sku: 'ebook' }]);
    await refund(id, { amount: 700, reason: 'damaged' });
    await fails(id);
    const answer = await retry(id);
    expect([answer.status, answer.body.refunded, answer.body.attention]).toEqual([200, money(700), null]);
    expect(await atStripe(id)).toEqual([700, 700]);
    expect((await retry(id)).status).toBe(409);
  });

  test('asks anew for all that is left where all was given, as often as it fails', async () => {
    const id = await shop.world.completedOrder([{ sku: 'ebook' }]);
    await refund(id);
    await fails(id);
    expect((await retry(id)).body.status).toBe('REFUNDED');
    await fails(id);
    expect((await shop.world.order(id)).status).toBe('COMPLETED');
    expect((await retry(id)).body).toMatchObject({ status: 'REFUNDED', attention: null, refunded: money(2000) });
    expect(await atStripe(id)).toEqual([2000, 2000, 2000]);
  });

  test('is refused while the payment is disputed, and may be had when it is not', async () => {
    const id = await shop.world.completedOrder([{ sku: 'ebook' }]);
    await refund(id, { amount: 700, reason: 'damaged' });
    await fails(id);
    const { chargeId } = await shop.world.order(id);
    const dispute = await shop.world.at<{ id: string }>(`/charges/${chargeId}/dispute`);
    const answer = await retry(id);
    expect([answer.status, answer.body]).toEqual([409, refused('invalid_transition', /disputed/)]);
    await shop.world.at(`/disputes/${dispute.id}/close`, { status: 'won' });
    expect((await retry(id)).body.refunded).toEqual(money(700));
  });

  test('tries a request now that could not go on', async () => {
    const id = await shop.world.completedOrder([{ sku: 'ebook' }]);
    await fault({ kind: 'error_before', times: 1000 });
    const asked = await refund(id, { amount: 300, reason: 'other' }, `parks-${id}`);
    expect([asked.status, asked.body.refunds]).toEqual([200, [expect.objectContaining({ status: 'requested' })]]);
    await until(async () => {
      await shop.world.sleep(5 * 60_000);
      return (await shop.world.order(id)).attentionStep === 'refund' && (await pauses(id));
    });
    await shop.world.noFaults();
    const answer = await retry(id);
    expect([answer.status, answer.body.refunds]).toEqual([200, [expect.objectContaining({ status: 'succeeded' })]]);
    await until(async () => (await shop.world.order(id)).attentionStep === null);
  });
});
