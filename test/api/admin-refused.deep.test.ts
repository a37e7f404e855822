import type { SessionId } from '../../domain/ids';
import { invalidAt, problem } from './admin-office';
import { Shop, until } from './shop';

/** What Stripe says when the balance is too low: it has no code for that. */
const NO_BALANCE = 'Insufficient funds in your Stripe balance to refund this amount.';
const DAY = 86_400_000;

let shop: Shop;
beforeAll(async () => {
  shop = await Shop.open();
  await shop.world.product('mug', { amount: 1000, stock: 1000 });
  await shop.world.product('ebook', { amount: 2000 });
  await shop.world.product('jar', { amount: 50_000, currency: 'isk', stock: 10 });
});
afterAll(() => shop?.close());
afterEach(() => shop.world.noFaults());

let keys = 0;
const post = (id: string, step: string, body?: object, key = `refused-${++keys}`) =>
  shop.staffStep(id, step, key, body);
const resolve = (id: string, body: object) => post(id, 'resolve', body);
const read = async (id: string) =>
  (await shop.http.get(`/admin/orders/${id}`).set('authorization', `Bearer ${shop.world.env.ADMIN_TOKEN}`)).body;
/** Until the run waits for staff. It says so itself: what the database says may be from before it looked again. */
const parked = (id: SessionId, step: string) =>
  until(async () => (await attentionOf(id))?.step === step && (await read(id)).attention?.step === step);
const attentionOf = async (id: SessionId) =>
  (await shop.world.handle(id).query<{ attention: { step: string } | null }>('state')).attention;

/** Stripe refuses refunds, under the key of each. */
const refuse = (times = 1, fault: Record<string, unknown> = {}) =>
  shop.world.at('/faults', {
    ...{ match: { method: 'POST', path: '^/v1/refunds$' }, kind: 'refused', message: NO_BALANCE, times },
    ...fault,
  });
const atStripe = async (id: SessionId) => {
  const { paymentIntentId } = await shop.world.order(id);
  const { data } = await shop.world.stripe.refunds.list({ payment_intent: paymentIntentId as string });
  return data.map(({ amount }) => amount);
};
const money = (amount: number, currency = 'eur') => ({ amount, currency });
const mailsToStaff = async (id: SessionId) =>
  (await shop.world.mails(id)).filter((template) => template === 'attention_needed').length;
const cannot = (words: RegExp) => problem(409, 'invalid_transition', { detail: expect.stringMatching(words) });
const REFUSED = { message: NO_BALANCE, code: 'invalid_request_error' };

describe.each([
  ['whose workflow runs', () => shop.world.paidOrder([{ sku: 'mug', quantity: 2 }])],
  ['that has ended', () => shop.world.completedOrder([{ sku: 'ebook' }])],
])('a refund that Stripe refuses, of an order %s', (_which, order) => {
  test('stands beside it with Stripe’s own sentence, is asked for again by retry, and everything else goes on', async () => {
    const id = await order();
    await refuse();
    const key = `key-${++keys}`;
    const answer = await post(id, 'refund', { amount: 500, reason: 'damaged' }, key);
    const request = answer.body.refunds?.[0]?.request;
    expect([answer.status, answer.body]).toEqual([
      200,
      expect.objectContaining({
        refunded: money(0),
        attention: { step: 'refund-refused', reason: expect.stringContaining(NO_BALANCE), since: expect.anything() },
        refunds: [
          expect.objectContaining({ id: null, request: expect.any(String), status: 'refused', refusal: REFUSED }),
        ],
      }),
    ]);
    // A repeat is answered alike, and asks Stripe for nothing.
    expect((await post(id, 'refund', { amount: 500, reason: 'damaged' }, key)).body.refunds).toHaveLength(1);
    // Its amount is free: all of the money but 300 goes back, and then the rest is too little for it.
    expect((await post(id, 'refund', { amount: 300, reason: 'damaged' })).body.refunded).toEqual(money(300));

    // However often Stripe refuses, a retry asks it, under a key of its own.
    for (let tries = 0; tries < 5; tries++) {
      await refuse();
      expect((await post(id, 'retry')).body.refunds[0]).toMatchObject({ status: 'refused', refusal: REFUSED });
    }
    expect(await mailsToStaff(id)).toBe(1);
    const retried = await post(id, 'retry');
    expect([retried.status, retried.body]).toEqual([200, expect.objectContaining({ attention: null })]);
    expect(retried.body.refunds[0]).toMatchObject({
      request,
      id: expect.any(String),
      status: 'succeeded',
      refusal: null,
      failure: null,
    });
    expect(await atStripe(id)).toEqual([500, 300]);
  });

  test('is withdrawn: nothing was given back, and the customer can be forgotten', async () => {
    const id = await order();
    await refuse();
    const [refund] = (await post(id, 'refund', { reason: 'damaged' })).body.refunds;
    if ((await shop.world.order(id)).status === 'COMPLETED')
      expect((await post(id, 'erase')).body).toEqual(cannot(/refund is open/));
    expect((await resolve(id, { how: 'accept' })).body).toEqual(cannot(/accept|withdraw it/));
    expect((await resolve(id, { how: 'withdraw', request: 'another' })).body).toEqual(cannot(/no such refund/));
    const answer = await resolve(id, { how: 'withdraw', note: 'the customer keeps it' });
    expect([answer.status, answer.body]).toEqual([
      200,
      expect.objectContaining({ attention: null, refunded: money(0) }),
    ]);
    expect(answer.body.refunds).toEqual([{ ...refund, status: 'withdrawn' }]);
    expect(answer.body.timeline.map(({ message }: { message: string }) => message).join()).toMatch(
      /keeps it.*Refund of all that was left: withdrawn by staff/,
    );
    expect((await resolve(id, { how: 'withdraw' })).body).toEqual(
      cannot(/Nothing needs attention|needs a decision|COMPLETED/),
    );
    expect((await resolve(id, { how: 'withdraw', request: refund.request })).body).toEqual(
      cannot(/withdrawn|attention|COMPLETED/),
    );
    if ((await shop.world.order(id)).status === 'COMPLETED') expect((await post(id, 'erase')).status).toBe(200);
    expect(await atStripe(id)).toEqual([]);
  });

  test('is settled elsewhere: it counts as refunded, and ends the order with the rest', async () => {
    const id = await order();
    await refuse();
    await post(id, 'refund', { amount: 1500, reason: 'damaged' });
    const answer = await resolve(id, { how: 'settled_elsewhere' });
    expect([answer.status, answer.body]).toEqual([
      200,
      expect.objectContaining({ attention: null, refunded: money(1500), paymentStatus: 'PARTIALLY_REFUNDED' }),
    ]);
    expect(answer.body.refunds).toMatchObject([{ id: null, status: 'settled_elsewhere', amount: money(1500) }]);
    expect((await post(id, 'refund', { amount: 600, reason: 'damaged' })).body).toEqual(
      problem(409, 'refund_exceeds_remaining', { detail: expect.stringMatching(/€5.00/) }),
    );
    expect((await post(id, 'refund', { amount: 500, reason: 'damaged' })).body.status).toBe('REFUNDED');
    expect(await atStripe(id)).toEqual([500]);
  });

  test('is settled by a refund of the Dashboard, which Stripe is asked about first', async () => {
    const id = await order();
    const other = await shop.world.paidOrder([{ sku: 'mug' }]);
    await refuse();
    const [refund] = (await post(id, 'refund', { amount: 500, reason: 'damaged' })).body.refunds;
    const settle = (refundId: string) => resolve(id, { how: 'settled_elsewhere', request: refund.request, refundId });
    expect((await settle('re_of_nobody')).body).toEqual(cannot(/does not know/));
    const foreign = await dashboard(other, 400);
    expect((await settle(foreign)).body).toEqual(cannot(/another payment/));
    const made = await dashboard(id, 450);
    await shop.world.deps().starter.refund(made as never);
    await until(async () => (await shop.world.order(id)).refunded === 450n);
    const answer = await settle(made);
    expect([answer.status, answer.body]).toEqual([
      200,
      expect.objectContaining({ attention: null, refunded: money(450) }),
    ]);
    expect(answer.body.refunds).toMatchObject([
      { id: made, request: refund.request, status: 'succeeded', amount: money(450), refusal: null, failure: null },
    ]);
  });
});

test('the refund of an order that has ended is resolved once a worker runs; until then the answer is 503', async () => {
  const id = await shop.world.completedOrder([{ sku: 'ebook' }]);
  await refuse();
  await post(id, 'refund', { amount: 500, reason: 'damaged' });
  await shop.world.stopWorkers();
  const answer = await resolve(id, { how: 'withdraw' });
  await shop.world.startWorkers();
  expect([answer.status, answer.body]).toEqual([503, problem(503, 'unavailable')]);
  await until(async () => (await read(id)).attention === null);
  expect((await read(id)).refunds).toMatchObject([{ status: 'withdrawn' }]);
});

async function dashboard(id: SessionId, amount: number): Promise<string> {
  const { paymentIntentId } = await shop.world.order(id);
  return (await shop.world.at<{ id: string }>('/refunds', { payment_intent: paymentIntentId, amount })).id;
}

describe('a cancel whose refund Stripe refuses', () => {
  test('is answered with the refusal, and the order ships and arrives as if it had not been asked', async () => {
    const id = await shop.world.paidOrder([{ sku: 'mug' }]);
    await refuse();
    const answer = await post(id, 'cancel', { reason: 'requested_by_customer' });
    expect([answer.status, answer.body]).toEqual([
      200,
      expect.objectContaining({
        status: 'PREPARING',
        attention: expect.objectContaining({ step: 'refund-refused', reason: expect.stringContaining(NO_BALANCE) }),
        refunds: [expect.objectContaining({ id: null, status: 'refused', refusal: REFUSED, amount: money(1000) })],
      }),
    ]);
    expect(await shop.world.order(id)).toMatchObject({
      cancelReason: 'requested_by_customer',
      cancelRefusal: NO_BALANCE,
    });
    expect((await post(id, 'ship', { carrier: 'DHL', trackingNumber: 'R1' })).body.status).toBe('SHIPPED');
    expect((await post(id, 'retry')).body).toEqual(cannot(/withdraw the cancel/));
    expect((await resolve(id, { how: 'withdraw' })).body.attention).toBeNull();
    expect(await shop.world.order(id)).toMatchObject({ cancelReason: null, cancelRefusal: null });
    expect((await post(id, 'deliver')).body.status).toBe('COMPLETED');
    expect(await atStripe(id)).toEqual([]);
  });

  test('is asked for again by retry, and ends the order', async () => {
    const id = await shop.world.paidOrder([{ sku: 'mug' }]);
    const before = await shop.world.stock('mug');
    await refuse(2);
    await post(id, 'cancel', { reason: 'requested_by_customer' });
    expect((await post(id, 'retry')).body.attention).toMatchObject({ step: 'refund-refused' });
    expect((await post(id, 'retry')).body).toMatchObject({ status: 'REFUNDED', attention: null });
    expect(await atStripe(id)).toEqual([1000]);
    expect(await shop.world.stock('mug')).toEqual({ ...before, onHand: before.onHand + 1 });
    expect(await mailsToStaff(id)).toBe(1);
  });

  test('costs the order fewer than 10 events a day, and one mail', async () => {
    const id = await shop.world.paidOrder([{ sku: 'mug' }]);
    await refuse(1000);
    await post(id, 'cancel', { reason: 'other' });
    await until(async () => (await mailsToStaff(id)) === 1);
    const length = async () => (await shop.world.history(id)).events?.length ?? 0;
    const before = await length();
    await shop.world.sleep(3 * DAY);
    expect(((await length()) - before) / 3).toBeLessThan(10);
    expect(await mailsToStaff(id)).toBe(1);
    await shop.world.noFaults();
    expect((await post(id, 'cancel', { reason: 'other' })).body.status).toBe('REFUNDED');
  });
});

test('an order that cannot be delivered, and whose refund is refused, waits for staff and asks for it again', async () => {
  await shop.world.product('last', { amount: 700, stock: 1 });
  const { id } = await shop.world.checkout([{ sku: 'last' }], { holdSeconds: 60 });
  await shop.world.pay(id, { method: 'bank_debit' });
  await shop.world.webhook(id);
  await until(async () => (await shop.world.order(id)).paymentStatus === 'PROCESSING');
  await shop.world.sleep(15 * DAY);
  await until(async () => (await shop.world.order(id)).stock === 'RELEASED');
  await shop.world.paidOrder([{ sku: 'last' }]);
  await refuse(2);
  await shop.world.at(`/sessions/${id}/settle`);
  await shop.world.webhook(id);
  await until(async () => (await shop.world.order(id)).attentionStep === 'refund-refused');
  expect(await read(id)).toMatchObject({ status: 'PENDING', paymentStatus: 'PAID' });
  // Withdrawn, it goes on: it still cannot be delivered, so its money is to go back.
  await resolve(id, { how: 'withdraw' });
  await parked(id, 'refund-refused');
  expect((await read(id)).refunds).toMatchObject([{ status: 'withdrawn' }, { status: 'refused' }]);
  expect((await post(id, 'retry')).body).toMatchObject({ status: 'REFUNDED', attention: null });
  expect(await atStripe(id)).toEqual([700]);
});

test('an amount that the currency cannot have is refused before anything is recorded', async () => {
  const id = await shop.world.paidOrder([{ sku: 'jar' }]);
  expect((await post(id, 'refund', { amount: 12_345, reason: 'damaged' })).body).toEqual(invalidAt('amount'));
  const update = shop.world.handle(id).executeUpdate('refund', { args: [{ amount: 12_345, reason: 'damaged' }] });
  await expect(update).rejects.toMatchObject({ cause: { type: 'invalid_request' } });
  expect((await shop.world.order(id)).refunds).toEqual([]);
  expect((await post(id, 'refund', { amount: 12_300, reason: 'damaged' })).body.refunded).toEqual(money(12_300, 'isk'));
});

test('that nothing is left is a success only if Stripe’s list shows it', async () => {
  const id = await shop.world.paidOrder([{ sku: 'mug' }]);
  await refuse(1, { code: 'charge_already_refunded', message: 'Charge ch_1 has already been refunded.' });
  const answer = await post(id, 'cancel', { reason: 'other' });
  expect(answer.body).toMatchObject({
    status: 'PREPARING',
    refunds: [{ status: 'refused', refusal: { code: 'charge_already_refunded' } }],
  });
  expect((await post(id, 'retry')).body.status).toBe('REFUNDED');
});

test('a refund that is recorded, and that Stripe does not know, is heard of', async () => {
  const id = await shop.world.completedOrder([{ sku: 'ebook' }]);
  const refund = (await post(id, 'refund', { amount: 500, reason: 'damaged' })).body.refunds[0].id;
  await shop.world.end(refund);
  await shop.world.at('/faults', { match: { path: `^/v1/refunds/${refund}$` }, kind: 'missing', times: 1 });
  await shop.world.deps().starter.refund(refund);
  expect(await shop.world.end(refund)).toBe('forgotten');
  expect((await read(id)).attention).toMatchObject({ step: 'refund-unknown', reason: expect.stringContaining(refund) });
  await until(async () => (await mailsToStaff(id)) === 1);
  expect((await resolve(id, { how: 'accept' })).body.attention).toBeNull();
});

describe('a payment that is not what was asked', () => {
  /** Less was asked at Stripe than here. */
  async function differing(): Promise<SessionId> {
    const { id } = await shop.world.checkout([{ sku: 'mug' }]);
    const checkout = await shop.world.db.checkout.findUniqueOrThrow({ where: { sessionId: id } });
    const lines = (checkout.lines as object[]).map((line) => ({ ...line, unitAmount: 1500, total: 1500 }));
    await shop.world.db.checkout.update({ where: { sessionId: id }, data: { lines } });
    expect(await shop.world.paid(id)).toMatchObject({ status: 'PENDING', attentionStep: 'confirm' });
    return id;
  }

  test('is accepted: the order goes on with what was paid', async () => {
    const id = await differing();
    expect((await resolve(id, { how: 'withdraw' })).body).toEqual(cannot(/needs a decision/));
    await parked(id, 'confirm');
    const answer = await resolve(id, { how: 'accept', note: 'the sticker said 10' });
    expect([answer.status, answer.body]).toEqual([
      200,
      expect.objectContaining({ status: 'PREPARING', paymentStatus: 'PAID', total: money(1000), attention: null }),
    ]);
    expect((await post(id, 'refund', { reason: 'damaged' })).body).toMatchObject({
      status: 'REFUNDED',
      refunded: money(1000),
    });
  });

  test('is accepted while Stripe is asked about it again: the answer waits for what Stripe says', async () => {
    const id = await differing();
    const looks = { match: { method: 'GET', path: `/sessions/${id}$` } };
    await shop.world.at('/faults', { ...looks, kind: 'delay', ms: 3_000, times: 1 });
    expect((await resolve(id, { how: 'withdraw' })).body).toEqual(cannot(/needs a decision/));
    await until(async () => (await attentionOf(id)) === null);
    expect(await post(id, 'retry')).toMatchObject({ status: 200 });
    const answer = await resolve(id, { how: 'accept' });
    expect([answer.status, answer.body.status]).toEqual([200, 'PREPARING']);
  });

  test('and whose cancel Stripe refuses waits, is withdrawn, and waits as before', async () => {
    const id = await differing();
    await refuse();
    expect((await post(id, 'cancel', { reason: 'other' })).body).toMatchObject({
      status: 'PENDING',
      attention: { step: 'refund-refused' },
    });
    expect((await resolve(id, { how: 'withdraw' })).status).toBe(200);
    await parked(id, 'confirm');
    expect((await post(id, 'cancel', { reason: 'other' })).body).toMatchObject({ status: 'REFUNDED', attention: null });
  });
});

test('a session that Stripe has forgotten keeps no stock after the hold, and staff end its order', async () => {
  await shop.world.product('tin', { amount: 900, stock: 3 });
  const { id } = await shop.world.checkout([{ sku: 'tin' }], { holdSeconds: 120 });
  await shop.world.at(`/sessions/${id}/forget`);
  await shop.world.sleep(180_000);
  await parked(id, 'confirm');
  expect(await shop.world.stock('tin')).toEqual({ onHand: 3, held: 0 });
  expect((await read(id)).attention.reason).toMatch(/does not know this session/);
  expect((await resolve(id, { how: 'accept' })).body).toEqual(cannot(/no payment to accept/));
  await parked(id, 'confirm');
  await shop.world.sleep(60_000);
  const before = (await shop.world.history(id)).events?.length ?? 0;
  await shop.world.sleep(DAY);
  expect(((await shop.world.history(id)).events?.length ?? 0) - before).toBeLessThan(10);
  const answer = await post(id, 'cancel', { reason: 'other' });
  expect([answer.status, answer.body]).toEqual([
    200,
    expect.objectContaining({ status: 'CANCELLED', attention: null }),
  ]);
  expect(await shop.world.end(id)).toBe('CANCELLED');
});
