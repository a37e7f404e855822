import { randomUUID } from 'node:crypto';
import type { SessionId } from '../../domain/ids';
import { WORKFLOWS } from '../../messages/names';
import { lookSignal, type OrderState, orderStartAgain } from '../../messages/order';
import { refundRequestId } from '../../messages/refund-request';
import { recordReplacement } from '../../store/orders/replacements';
import { recordReturn } from '../../store/orders/returns';
import { forget, markAt, sweep, tamper } from './sweeping';
import { until, World } from './world';

let world: World;
beforeAll(async () => {
  world = await World.start();
});
afterAll(() => world?.stop());

/** Everything about an order that must not change when nothing happened. */
const standing = async (id: SessionId) => {
  const { timeline, ...order } = await world.order(id);
  return { ...order, timeline: timeline.length, mails: await world.mails(id) };
};

/** An order left open would run into its far future when time is skipped for another's end. */
const delivered = async (id: SessionId) => {
  expect(await world.deliver(id)).toBe('COMPLETED');
  expect(await world.end(id)).toBe('COMPLETED');
};

const EVENTS_OF_SESSIONS = [
  'checkout.session.completed',
  'checkout.session.async_payment_succeeded',
  'checkout.session.expired',
];

describe('what webhooks missed', () => {
  test('a lost webhook: the paid order is found, and goes on', async () => {
    await world.product('lost');
    const { id } = await world.checkout([{ sku: 'lost' }]);
    await world.pay(id);
    const { actions, found } = await sweep(world);
    expect(actions).toEqual({ [id]: 'paid' });
    expect(found).toEqual([]);
    expect(await world.end(id)).toBe('COMPLETED');
    expect(await world.mails(id)).toEqual(['order_confirmation', 'order_received']);
    const { runId } = await world.handle(id).describe();
    expect((await sweep(world)).actions).toEqual({});
    expect((await world.handle(id).describe()).runId).toBe(runId); // what is known wakes nobody
  });

  test('a session that expired without a word gives its stock back before the hold is over', async () => {
    await world.product('expired', { stock: 1 });
    const { id } = await world.checkout([{ sku: 'expired' }]);
    await world.at(`/sessions/${id}/expire`);
    expect((await sweep(world)).actions).toEqual({ [id]: 'closed' });
    expect(await world.order(id)).toMatchObject({ status: 'EXPIRED' });
    expect(await world.stock('expired')).toEqual({ onHand: 1, held: 0 });
    await world.end(id);
  });

  test('an event never generated: the session itself is found', async () => {
    await world.at('/events/silence', { types: EVENTS_OF_SESSIONS });
    await world.product('silent', { stock: 1 });
    const { id } = await world.checkout([{ sku: 'silent' }]);
    await world.pay(id);
    await world.at('/events/silence', { types: [] });
    expect((await sweep(world)).actions).toEqual({ [id]: 'paid' });
    expect((await world.order(id)).status).toBe('PREPARING');
    expect(await world.stock('silent')).toEqual({ onHand: 0, held: 0 });
    await delivered(id);
  });

  test('a session of ours that nobody wrote down is taken up, and one of somebody else’s is told of once', async () => {
    await world.product('orphan');
    const ours = await world.session([{ sku: 'orphan' }]);
    await world.pay(ours);
    const stray = await world.at<{ id: string }>('/sessions', {
      mode: 'payment',
      line_items: [
        { quantity: 1, price_data: { currency: 'eur', unit_amount: 700, product_data: { name: 'Not ours' } } },
      ],
      success_url: 'http://localhost/elsewhere',
    });
    await world.pay(stray.id as SessionId);

    const { actions, found } = await sweep(world);
    expect(actions).toEqual({ [ours]: 'taken_up' });
    expect(await world.end(ours)).toBe('COMPLETED');
    const [opened] = (await world.order(ours)).timeline;
    expect(opened).toMatchObject({
      type: 'opened',
      actor: 'holdfast',
      message: expect.stringMatching(/^Opened by Holdfast/),
    });
    expect(found).toEqual([
      { kind: 'captured_without_order', reference: stray.id, detail: expect.stringContaining('€7.00') },
    ]);
    const again = await sweep(world);
    expect(again).toMatchObject({ actions: {}, found: [] });
  });

  test('a refund made at the Dashboard is recorded, and its customer told', async () => {
    await world.product('returned', { amount: 2000 });
    const id = await world.completedOrder([{ sku: 'returned' }]);
    const { paymentIntentId } = await world.order(id);
    const refund = await world.at<{ id: string }>('/refunds', { payment_intent: paymentIntentId, amount: 500 });
    const { actions, found } = await sweep(world);
    expect(actions).toEqual({ [id]: 'refund_recorded' });
    expect(found).toEqual([]);
    expect(await world.order(id)).toMatchObject({ refunded: 500n, paymentStatus: 'PARTIALLY_REFUNDED' });
    await world.end(refund.id as SessionId);
    expect(await world.mails(id)).toEqual(['order_confirmation', 'order_received', 'order_refunded']);
    const { runId } = await world.handle(refund.id as SessionId).describe();
    expect((await sweep(world)).actions).toEqual({});
    expect((await world.handle(refund.id as SessionId).describe()).runId).toBe(runId);
  });

  test('a delayed payment that failed without a word gives the stock back', async () => {
    await world.product('debit', { stock: 1 });
    const { id } = await world.checkout([{ sku: 'debit' }]);
    await world.pay(id, { method: 'bank_debit' });
    await world.webhook(id);
    await until(async () => (await world.order(id)).paymentStatus === 'PROCESSING');
    await world.at(`/sessions/${id}/fail-delayed`);
    expect((await sweep(world)).actions).toEqual({ [id]: 'payment_failed' });
    expect(await world.order(id)).toMatchObject({ status: 'EXPIRED', paymentStatus: 'FAILED' });
    expect(await world.stock('debit')).toEqual({ onHand: 1, held: 0 });
  });
});

describe('orders whose run is not what it should be', () => {
  test('paid after it had ended: given back in full, and never fulfilled', async () => {
    await world.product('late', { amount: 3000, stock: 1 });
    const { id } = await world.checkout([{ sku: 'late' }]);
    await world.handle(id).terminate('the test');
    await tamper(world, async (tx) => {
      await tx.$executeRaw`SELECT release_stock(${id}, ${new Date()})`;
      await tx.$executeRaw`UPDATE orders SET status = 'EXPIRED', stock = 'RELEASED' WHERE session_id = ${id}`;
    });
    await world.pay(id);
    const { actions, found } = await sweep(world);
    expect(actions).toEqual({ [id]: 'given_back' });
    expect(found).toEqual([]);
    expect(await world.end(id)).toBe('REFUNDED');
    expect(await world.order(id)).toMatchObject({ status: 'REFUNDED', refunded: 3000n, grants: [], shipments: [] });
    const { data } = await world.stripe.refunds.list({ limit: 100 });
    const order = await world.order(id);
    expect(data.filter(({ payment_intent }) => payment_intent === order.paymentIntentId)).toHaveLength(1);
  });

  test('a terminated run is healed, wherever it stood', async () => {
    await world.product('stopped', { stock: 2 });
    const { id: preparing } = await world.checkout([{ sku: 'stopped' }]);
    await world.pay(preparing);
    await world.webhook(preparing);
    await until(async () => (await world.order(preparing)).status === 'PREPARING');
    const { id: unpaid } = await world.checkout([{ sku: 'stopped' }], { holdSeconds: 60 });
    await world.handle(preparing).terminate('the test');
    await world.handle(unpaid).terminate('the test');

    const { actions } = await sweep(world);
    expect(actions).toEqual({ [preparing]: 'restarted', [unpaid]: 'restarted' });
    await delivered(preparing);
    expect(await world.end(unpaid)).toBe('EXPIRED');
    expect(await world.stock('stopped')).toEqual({ onHand: 1, held: 0 });
    expect((await sweep(world)).actions).toEqual({});
  });

  test('a parcel that was written, and whose worker died before it told anybody, is told of', async () => {
    await world.product('unheard', { stock: 1 });
    const id = await world.paidOrder([{ sku: 'unheard' }]);
    await tamper(world, async (tx) => {
      const items = [{ sku: 'unheard', quantity: 1 }];
      const parcel = { sessionId: id, carrier: 'DHL', trackingNumber: 'U-1', items };
      await tx.shipment.create({
        data: { ...parcel, id: randomUUID(), shippedAt: new Date(world.deps().clock.now()) },
      });
      await tx.orderItem.updateMany({ where: { sessionId: id }, data: { shipped: 1 } });
      await tx.order.update({ where: { sessionId: id }, data: { status: 'SHIPPED' } });
    });
    await sweep(world);
    await until(async () => (await world.mails(id)).includes('order_shipped'));
    await sweep(world);
    expect(await world.handle(id).executeUpdate('deliver')).toBe('COMPLETED');
    expect(await world.end(id)).toBe('COMPLETED');
    expect((await world.mails(id)).filter((mail) => mail === 'order_shipped')).toHaveLength(1);
  });

  test('a return that was recorded, and of which no run was told, is mailed by an order that is started for it', async () => {
    await world.product('sent-back', { stock: 1 });
    const id = await world.completedOrder([{ sku: 'sent-back' }]);
    const at = new Date(world.deps().clock.now());
    const asked = { requestHash: 'h', items: [{ sku: 'sent-back', quantity: 1 }], refund: null, actor: 'staff', at };
    await recordReturn(world.db, { ...asked, sessionId: id, key: 'k', condition: 'write_off' });
    await sweep(world);
    await until(async () => (await world.mails(id)).includes('return_received'));
    expect(await world.end(id)).toBe('COMPLETED');
    await sweep(world);
    expect((await world.mails(id)).filter((mail) => mail === 'return_received')).toHaveLength(1);
  });

  test('goods to be sent again, of which the run was not told, are waited for', async () => {
    await world.product('lost-parcel', { stock: 2 });
    const id = await world.paidOrder([{ sku: 'lost-parcel' }]);
    await world.ship(id);
    const waitingFor = async () => (await world.handle(id).query<OrderState>('state')).waitingFor;
    expect(await waitingFor()).toBe('word that it arrived');
    const at = new Date(world.deps().clock.now());
    const asked = { requestHash: 'h', items: [{ sku: 'lost-parcel', quantity: 1 }], actor: 'staff', at };
    await recordReplacement(world.db, { ...asked, sessionId: id, key: 'k' });
    await sweep(world);
    await until(async () => (await waitingFor()) === 'staff to ship it');
    await delivered(id);
    expect(await world.stock('lost-parcel')).toEqual({ onHand: 0, held: 0 });
  });

  test('a refund that staff asked for, and whose run or request was lost, is carried out once', async () => {
    await world.product('forgotten', { amount: 1000 });
    const id = await world.completedOrder([{ sku: 'forgotten' }]);
    const at = new Date(world.deps().clock.now() - 7_200_000);
    const key = `${id}/staff/lost-with-its-run`;
    const row = { key, sessionId: id, amount: 300n, currency: 'eur', reason: 'damaged', actor: 'staff' };
    const request = { origin: 'STAFF' as const, requestKey: 'lost-with-its-run' };
    await world.db.refund.create({
      data: { ...row, ...request, status: 'requested', attempt: 1, createdAt: at, updatedAt: at },
    });
    await sweep(world);
    expect(await world.end(refundRequestId(id, 'lost-with-its-run'))).toMatchObject({ outcome: 'refunded' });
    await sweep(world);
    expect(await world.order(id)).toMatchObject({ refunded: 300n, refunds: [{ key, status: 'succeeded' }] });
  });

  test('a hold that ended while nobody ran it is closed, though its run is out of every list', async () => {
    await world.product('overdue', { stock: 1 });
    const { id } = await world.checkout([{ sku: 'overdue' }], { holdSeconds: 60 });
    await world.handle(id).terminate('the test');
    await world.sleep(7 * 60_000);
    const marks = await world.db.sweepMark.findMany();
    await markAt(world, new Date(world.deps().clock.now() + 3_600_000)); // no run is listed
    const { actions } = await sweep(world);
    expect(actions).toEqual({ [id]: 'restarted' });
    expect(await world.end(id)).toBe('EXPIRED');
    await markAt(world, marks[0]?.at ?? new Date(0));
  });
});

describe('restored from an old backup', () => {
  test('an order whose rows are gone is taken up again from Stripe, and delivered as it was', async () => {
    const backup = new Date(world.deps().clock.now());
    await world.product('gone', { amount: 1100 });
    const id = await world.completedOrder([{ sku: 'gone' }]);
    const { number } = await world.order(id);
    await forget(world, id);
    await markAt(world, backup);
    expect((await sweep(world)).actions).toEqual({ [id]: 'taken_up' });
    expect(await world.end(id)).toBe('COMPLETED');
    expect(await world.order(id)).toMatchObject({ number, total: 1100n, paymentStatus: 'PAID' });
  });

  test('an order put back to unpaid while its run believes in more is started over', async () => {
    const backup = new Date(world.deps().clock.now());
    await world.product('rewound', { stock: 1 });
    const { id } = await world.checkout([{ sku: 'rewound' }]);
    await world.pay(id);
    await world.webhook(id);
    await until(async () => (await world.mails(id)).length === 2);
    await tamper(world, async (tx) => {
      await tx.$executeRaw`UPDATE orders SET status = 'PENDING', payment_status = 'UNPAID', stock = 'HELD', paid_at = NULL,
        payment_intent_id = NULL, charge_id = NULL WHERE session_id = ${id}`;
      await tx.$executeRaw`UPDATE holds SET state = 'ACTIVE' WHERE session_id = ${id}`;
      await tx.$executeRaw`DELETE FROM stock_movements WHERE reference = ${id} AND kind = 'COMMIT'`;
      await tx.$executeRaw`UPDATE stock_levels SET on_hand = on_hand + 1, held = held + 1 WHERE sku = 'rewound'`;
    });
    await markAt(world, backup);
    const { actions, found } = await sweep(world);
    expect(actions).toEqual({ [id]: 'paid' });
    expect(found).toEqual([]);
    expect((await world.order(id)).status).toBe('PREPARING');
    expect(await world.stock('rewound')).toEqual({ onHand: 0, held: 0 });
    await delivered(id);
  });

  test('an order that is open again though its run was done runs on from there', async () => {
    const backup = new Date(world.deps().clock.now());
    await world.product('reopened', { stock: 1 });
    const id = await world.paidOrder([{ sku: 'reopened' }]);
    await delivered(id);
    await tamper(world, (tx) => tx.$executeRaw`UPDATE orders SET status = 'SHIPPED' WHERE session_id = ${id}`);
    await markAt(world, backup);
    expect((await sweep(world)).actions).toEqual({ [id]: 'restarted' });
    expect(await world.handle(id).executeUpdate('deliver')).toBe('COMPLETED');
  });
});

describe('nothing happens twice', () => {
  test('a duplicate a month after the workflow closed and its retention ended changes nothing', async () => {
    await world.product('month', { stock: 3 });
    const id = await world.paidOrder([{ sku: 'month' }]);
    await delivered(id);
    await world.sleep(31 * 86_400_000);
    const before = await standing(id);
    // Once retention has ended the id is free, and the duplicate starts a run as if the first had never been.
    await world.client.workflow.signalWithStart(WORKFLOWS.order, {
      ...orderStartAgain({ sessionId: id }),
      signal: lookSignal,
      signalArgs: [],
    });
    expect(await world.end(id)).toBe('COMPLETED');
    expect(await standing(id)).toEqual(before);
    expect(await world.stock('month')).toEqual({ onHand: 2, held: 0 });
    expect((await sweep(world)).actions).toEqual({});
    expect(await standing(id)).toEqual(before);
  });

  test('two sweeps at once repair one order once', async () => {
    await world.product('both', { amount: 4000 });
    const { id } = await world.checkout([{ sku: 'both' }]);
    await world.pay(id);
    await Promise.all([sweep(world), sweep(world)]);
    expect(await world.end(id)).toBe('COMPLETED');
    expect(await world.mails(id)).toEqual(['order_confirmation', 'order_received']);
    expect((await world.order(id)).grants).toHaveLength(1);
  });
});

describe('a sweep that cannot be done', () => {
  test('fails in sight of staff and leaves the mark where it was; the next one finds what it would have', async () => {
    await world.product('unlucky');
    const { id } = await world.checkout([{ sku: 'unlucky' }]);
    const mark = await world.db.sweepMark.findUnique({ where: { name: 'last' } });
    await world.pay(id);
    await world.at('/faults', {
      match: { method: 'GET', path: '/v1/events' },
      times: 1,
      kind: 'error_before',
      status: 403,
    });
    expect(await sweep(world)).toMatchObject({ status: 'FAILED', found: [] });
    expect(await world.db.sweepMark.findUnique({ where: { name: 'last' } })).toEqual(mark);
    expect(await sweep(world)).toMatchObject({ status: 'COMPLETED', found: [] });
    expect(await world.end(id)).toBe('COMPLETED');
  });
});
