import type { SessionId } from '../../domain/ids';
import { REFUSED_AGAIN, refundRequestId } from '../../messages/refund-request';
import { Risk } from '../workflow/risk';
import { sweep, tamper } from '../workflow/sweeping';
import { openTimers } from '../workflow/world/timers';
import { problem } from './admin-office';
import { Shop, until } from './shop';

// Money goes back once, however it went back before: at Stripe, elsewhere, or by the bank. And a refund that did not
// go back yet never stays so for good.

const NO_BALANCE = 'Insufficient funds in your Stripe balance to refund this amount.';
const MINUTE = 60_000;

let shop: Shop;
let risk: Risk;
beforeAll(async () => {
  shop = await Shop.open();
  risk = new Risk(shop.world);
  await shop.world.product('mug', { amount: 1000, stock: 1000 });
  await shop.world.product('ebook', { amount: 2000 });
});
afterAll(() => shop?.close());
afterEach(() => shop.world.noFaults());

let keys = 0;
const post = (id: string, step: string, body?: object, key = `once-${++keys}`) => shop.staffStep(id, step, key, body);
const refuse = (fault: Record<string, unknown> = {}) =>
  shop.world.at('/faults', {
    ...{ match: { method: 'POST', path: '^/v1/refunds$' }, kind: 'refused', message: NO_BALANCE, times: 1 },
    ...fault,
  });
/** Stripe answers no request for a refund. */
const away = () => refuse({ kind: 'error_before', times: 100_000 });
const money = (amount: number) => ({ amount, currency: 'eur' });
const intentOf = async (id: SessionId) => (await shop.world.order(id)).paymentIntentId as string;
/** What Stripe has given back, latest first, without what failed. */
const atStripe = async (id: SessionId) => {
  const { data } = await shop.world.stripe.refunds.list({ payment_intent: await intentOf(id) });
  return data.filter(({ status }) => status !== 'failed').map(({ amount }) => amount);
};
/** A refund at the Dashboard, which nobody tells of yet. */
const dashboard = async (id: SessionId, amount: number) =>
  shop.world.at<{ id: string }>('/refunds', { payment_intent: await intentOf(id), amount });
/** The bank gives the latest refund back to the shop. */
async function fails(id: SessionId): Promise<void> {
  const { data } = await shop.world.stripe.refunds.list({ payment_intent: await intentOf(id), limit: 1 });
  const failed = data[0]?.id as string;
  await shop.world.at(`/refunds/${failed}/fail`);
  await shop.world.deps().starter.refund(failed as never);
  await until(async () => (await shop.world.order(id)).attentionStep === 'refund-failed');
}
/** The bank takes a part of the order's money for good. */
async function loses(id: SessionId, amount: number): Promise<void> {
  const dispute = await risk.disputed(id, { amount });
  await risk.happens(dispute, 'close', { status: 'lost' });
  await risk.ended(dispute);
  await until(async () => (await shop.world.order(id)).lostAmount === BigInt(amount));
}
const running = () => shop.world.paidOrder([{ sku: 'mug', quantity: 2 }]);
const ended = () => shop.world.completedOrder([{ sku: 'ebook' }]);
const EITHER: [string, () => Promise<SessionId>][] = [
  ['whose workflow runs', running],
  ['that has ended', ended],
];

describe('after a part was settled elsewhere', () => {
  async function settled(id: SessionId): Promise<SessionId> {
    await refuse();
    await post(id, 'refund', { amount: 400, reason: 'damaged' });
    expect((await post(id, 'resolve', { how: 'settled_elsewhere' })).body.refunded).toEqual(money(400));
    return id;
  }

  test('a cancel gives back the rest, and no more', async () => {
    const id = await settled(await running());
    expect((await post(id, 'cancel', { reason: 'other' })).body).toMatchObject({
      status: 'REFUNDED',
      refunded: money(2000),
    });
    expect(await atStripe(id)).toEqual([1600]);
  });

  test.each(EITHER)(
    'a refund of all that is left, of an order %s, gives back the rest, and no more',
    async (_, order) => {
      const id = await settled(await order());
      expect((await post(id, 'refund', { reason: 'other' })).body).toMatchObject({
        status: 'REFUNDED',
        refunded: money(2000),
      });
      expect(await atStripe(id)).toEqual([1600]);
    },
  );

  test.each(EITHER)('a retry of the rest, which failed, of an order %s, gives back that again', async (_, order) => {
    const id = await settled(await order());
    await post(id, 'refund', { reason: 'other' });
    await fails(id);
    if (order === running) await risk.heard(id);
    const answer = await post(id, 'retry');
    expect([answer.status, answer.body]).toEqual([
      200,
      expect.objectContaining({ status: 'REFUNDED', refunded: money(2000) }),
    ]);
    expect(await atStripe(id)).toEqual([1600]);
  });
});

describe('after a partly lost dispute', () => {
  test('a refund of the Dashboard that nobody told of counts before a cancel names what is left', async () => {
    const id = await running();
    await loses(id, 800);
    await risk.heard(id);
    await dashboard(id, 600);
    expect((await post(id, 'cancel', { reason: 'other' })).body.status).toBe('REFUNDED');
    expect(await atStripe(id)).toEqual([600, 600]);
  });

  test.each(EITHER)('such a refund counts before staff of an order %s name an amount', async (_, order) => {
    const id = await order();
    await loses(id, 800);
    if (order === running) await risk.heard(id);
    await dashboard(id, 600);
    expect((await post(id, 'refund', { amount: 700, reason: 'other' })).body).toEqual(
      problem(409, 'refund_exceeds_remaining', { detail: expect.stringMatching(/€6\.00/) }),
    );
    expect((await post(id, 'refund', { reason: 'other' })).status).toBe(200);
    expect(await atStripe(id)).toEqual([600, 600]);
  });

  test('what staff asked for and Stripe has not answered is answered before a cancel names what is left', async () => {
    const id = await running();
    await loses(id, 800);
    await risk.heard(id);
    const at = new Date(shop.world.deps().clock.now());
    await shop.world.db.refund.create({
      data: {
        ...{ key: `${id}/staff/under-way`, origin: 'STAFF', requestKey: 'under-way', sessionId: id, amount: 500n },
        ...{ currency: 'eur', status: 'requested', reason: 'other', actor: 'staff', createdAt: at, updatedAt: at },
      },
    });
    expect((await post(id, 'cancel', { reason: 'other' })).body.status).toBe('REFUNDED');
    expect(await atStripe(id)).toEqual([700, 500]);
  });
});

describe.each(EITHER)('a refund that a rule refused, of an order %s,', (_, order) => {
  test('is judged anew under its key once the dispute is won, and is made once', async () => {
    const id = await order();
    const dispute = await risk.disputed(id);
    const key = `judged-${++keys}`;
    const body = { amount: 500, reason: 'damaged' };
    for (const time of [1, 2])
      expect([time, (await post(id, 'refund', body, key)).body]).toEqual([
        time,
        problem(409, 'invalid_transition', { detail: expect.stringMatching(/disputed/) }),
      ]);
    await risk.happens(dispute, 'close', { status: 'won' });
    await risk.ended(dispute);
    if (order === running) await until(async () => !(await shop.world.order(id)).disputed);
    for (const time of [1, 2])
      expect([time, (await post(id, 'refund', body, key)).body.refunded]).toEqual([time, money(500)]);
    expect((await post(id, 'refund', { ...body, amount: 501 }, key)).body.code).toBe('idempotency_key_reused');
    expect(await atStripe(id)).toEqual([500]);
  });

  test('is judged anew once a refund before it has failed; its key takes another request too', async () => {
    const id = await order();
    await post(id, 'refund', { amount: 1500, reason: 'other' });
    const [same, other] = [`same-${++keys}`, `other-${++keys}`];
    const body = { amount: 600, reason: 'other' };
    for (const key of [same, other])
      expect((await post(id, 'refund', body, key)).body.code).toBe('refund_exceeds_remaining');
    await fails(id);
    expect((await post(id, 'refund', body, same)).body.refunded).toEqual(money(600));
    expect((await post(id, 'refund', { amount: 700, reason: 'damaged' }, other)).body.refunded).toEqual(money(1300));
    expect((await post(id, 'refund', body, other)).body.code).toBe('idempotency_key_reused');
    expect(await atStripe(id)).toEqual([700, 600]);
  });
});

test('a refund that was refused because the order was not paid is judged anew under its key once it is', async () => {
  const { id } = await shop.world.checkout([{ sku: 'mug' }]);
  const body = { amount: 500, reason: 'damaged' };
  expect((await post(id, 'refund', body, 'before-paid')).body).toEqual(problem(409, 'invalid_transition'));
  await shop.world.paid(id);
  expect((await post(id, 'refund', body, 'before-paid')).body.refunded).toEqual(money(500));
});

describe('a refund that was asked for again, and whose run died before Stripe answered,', () => {
  /** An order that ended unpaid, and whose late money Stripe refuses to give back. */
  async function lateMoney(): Promise<SessionId> {
    const { id } = await shop.world.checkout([{ sku: 'mug' }]);
    await shop.world.handle(id).terminate('the test');
    const gone = { status: 'EXPIRED', stock: 'RELEASED' } as const;
    await tamper(shop.world, (tx) => tx.order.update({ where: { sessionId: id }, data: gone }));
    await shop.world.pay(id);
    await refuse();
    await shop.world.deps().starter.order(id, { again: true });
    await until(async () => (await shop.world.order(id)).attentionStep === 'refund-refused');
    await shop.world.end(id);
    return id;
  }
  async function refusedPart(): Promise<SessionId> {
    const id = await ended();
    await refuse();
    await post(id, 'refund', { amount: 500, reason: 'damaged' });
    return id;
  }
  const asksAgain = (id: SessionId) => shop.world.deps().starter.refundRequest({ sessionId: id, key: REFUSED_AGAIN });
  const again = (id: SessionId) => refundRequestId(id, REFUSED_AGAIN);
  /** The run that asks again is terminated while Stripe is away. */
  async function wedge(id: SessionId): Promise<void> {
    await away();
    await asksAgain(id);
    await until(async () => (await shop.world.order(id)).refunds[0]?.status === 'requested');
    await shop.world.client.workflow.getHandle(again(id)).terminate('the test');
    await until(async () => shop.world.isIdle()); // an attempt in hand would be answered once Stripe is back
    await shop.world.noFaults();
  }
  const given = (id: SessionId) => until(async () => (await shop.world.order(id)).refunds[0]?.status === 'succeeded');

  test.each([
    ['by staff', refusedPart, 500],
    ['by Holdfast, of late money', lateMoney, 1000],
  ])('%s, is made by the sweep or by retry, once', async (_, order, amount) => {
    const [bySweep, byRetry] = [await order(), await order()];
    await wedge(byRetry);
    await until(async () => (await post(byRetry, 'retry')).status === 200);
    await given(byRetry);
    await wedge(bySweep);
    await shop.world.sleep(45 * MINUTE);
    await sweep(shop.world);
    await given(bySweep);
    for (const id of [bySweep, byRetry]) {
      expect(await atStripe(id)).toEqual([amount]);
      await until(async () => (await shop.world.order(id)).attentionStep === null);
    }
  });

  test('is tried at once by retry while its run waits', async () => {
    const id = await refusedPart();
    await away();
    await asksAgain(id);
    await until(async () => {
      await shop.world.sleep(5 * MINUTE);
      const { events } = await shop.world.history(again(id));
      return (await shop.world.order(id)).refunds[0]?.status === 'requested' && openTimers(events ?? []).length > 0;
    });
    await shop.world.noFaults();
    const answer = await post(id, 'retry');
    expect([answer.status, answer.body]).toEqual([
      200,
      expect.objectContaining({ refunded: money(500), attention: null }),
    ]);
  });
});

describe('Stripe that refuses to list the refunds of a payment, for good,', () => {
  const unlisted = () =>
    refuse({ match: { method: 'GET', path: '^/v1/refunds$' }, kind: 'invalid', message: 'No such list', times: 1000 });

  test.each(EITHER)('refuses the refund, which stands beside an order %s', async (_, order) => {
    const id = await order();
    await refuse();
    await post(id, 'refund', { amount: 500, reason: 'damaged' });
    await unlisted();
    const answer = await post(id, 'retry');
    expect([answer.status, answer.body.refunds]).toEqual([
      200,
      [expect.objectContaining({ status: 'refused', amount: money(500) })],
    ]);
    if (order === running)
      expect((await post(id, 'ship', { carrier: 'DHL', trackingNumber: 'L1' })).body.status).toBe('SHIPPED');
    await shop.world.noFaults();
    expect((await post(id, 'retry')).body.refunded).toEqual(money(500));
    expect(await atStripe(id)).toEqual([500]);
  });

  test('refuses that of a cancel, and the order goes on', async () => {
    const id = await running();
    await refuse();
    await post(id, 'cancel', { reason: 'other' });
    await unlisted();
    const answer = await post(id, 'retry');
    expect([answer.status, answer.body.refunds]).toEqual([
      200,
      [expect.objectContaining({ status: 'refused', refusal: expect.objectContaining({ message: 'No such list' }) })],
    ]);
    expect((await post(id, 'ship', { carrier: 'DHL', trackingNumber: 'L2' })).body.status).toBe('SHIPPED');
  });
});

test('an order of which Stripe has received less, and given back all, ends refunded', async () => {
  const id = await running();
  await shop.world.db.order.update({ where: { sessionId: id }, data: { total: 2500 } });
  expect((await post(id, 'cancel', { reason: 'other' })).body).toMatchObject({
    status: 'REFUNDED',
    paymentStatus: 'REFUNDED',
    total: money(2000),
    refunded: money(2000),
    attention: null,
  });
  expect(await atStripe(id)).toEqual([2000]);
});

test('a payment of less than the total that staff accept makes what was received the total', async () => {
  const { id } = await shop.world.checkout([{ sku: 'mug' }]);
  const { sessions } = shop.world.stripe.checkout;
  const retrieve = sessions.retrieve.bind(sessions) as (...args: unknown[]) => Promise<{ id: string }>;
  Object.assign(sessions, {
    retrieve: async (...args: unknown[]) => {
      const session = await retrieve(...args);
      return session.id === id ? { ...session, amount_total: 1200 } : session;
    },
  });
  expect(await shop.world.paid(id)).toMatchObject({ status: 'PENDING', attentionStep: 'confirm', total: 1200n });
  expect((await post(id, 'resolve', { how: 'accept' })).body).toMatchObject({
    status: 'PREPARING',
    total: money(1000),
  });
  Reflect.deleteProperty(sessions, 'retrieve');
  expect((await post(id, 'cancel', { reason: 'other' })).body).toMatchObject({
    status: 'REFUNDED',
    refunded: money(1000),
  });
  expect(await atStripe(id)).toEqual([1000]);
});
