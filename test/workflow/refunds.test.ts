import { randomUUID } from 'node:crypto';
import type { SessionId } from '../../domain/ids';
import type { OrderReport, OrderState } from '../../messages/order';
import { refundRequestStart } from '../../messages/refund-request';
import { REFUND_EXCEEDS_REMAINING } from '../../messages/refusals';
import { SEARCH_ATTRIBUTES } from '../../messages/search-attributes';
import { recordReplacement } from '../../store/orders/replacements';
import { recordActor } from '../../store/orders/request-actors';
import { recordReturn } from '../../store/orders/returns';
import { RefundShop, SLOW_REFUND } from './refund-shop';
import { until, World } from './world';

const DAY = 86_400_000;

let world: World;
let shop: RefundShop;
beforeAll(async () => {
  world = await World.start();
  shop = new RefundShop(world);
  await world.product('mug', { amount: 1000, stock: 1000 });
  await world.product('ebook', { amount: 2000 });
});
afterAll(() => world?.stop());

const refusal = (type: string) => expect.objectContaining({ cause: expect.objectContaining({ type }) });

describe('a refund asked for by compensation', () => {
  test('and told of by Stripe at the same moment has one follower, and one mail', async () => {
    const id = await world.paidOrder([{ sku: 'mug' }], { card: SLOW_REFUND });
    // Stripe has made it, and its event is faster than its answer, which is lost.
    await shop.fault({ kind: 'cut_body' });
    const cancelled = shop.cancel(id);
    const [refund] = await until(async () => {
      const made = await shop.atStripe(id);
      return made.length > 0 && made;
    });
    if (!refund) throw new Error('there is a refund');
    await shop.told(refund);
    await shop.told(refund);
    expect(await cancelled).toBe('REFUNDED');

    const { runId } = await world.handle(refund.id as never).describe();
    await until(async () => (await world.mails(id)).includes('order_refunded'));
    const mail = await world.db.mail.findFirstOrThrow({ where: { sessionId: id, template: 'order_refunded' } });
    expect(mail.subject).toMatch(/has been initiated/);
    expect(await world.end(refund.id as never)).toBe('succeeded');
    expect((await world.handle(refund.id as never).describe()).runId).toBe(runId);
    expect((await world.order(id)).refunds).toMatchObject([
      { stripeId: refund.id, status: 'succeeded', amount: 1000n },
    ]);
    expect((await world.mails(id)).filter((template) => template === 'order_refunded')).toHaveLength(1);
    expect(await shop.asked(id)).toHaveLength(1);
  });

  test('gives back what a Dashboard refund between the asking and the answer has left', async () => {
    const id = await world.paidOrder([{ sku: 'mug', quantity: 2 }]);
    await shop.fault({ kind: 'delay', ms: 1_500 });
    const cancelled = shop.cancel(id);
    await until(async () => (await shop.asked(id)).length > 0);
    await shop.dashboard(id, { amount: 500 });
    // Nobody has told of the Dashboard's part: the asker finds it itself.
    expect(await cancelled).toBe('REFUNDED');

    expect((await shop.atStripe(id)).map(({ amount }) => amount)).toEqual([500, 1500]);
    const [asked] = await shop.asked(id);
    expect(asked?.params).not.toHaveProperty('amount');
    expect(await world.order(id)).toMatchObject({ refunded: 2000n, total: 2000n, paymentStatus: 'REFUNDED' });
    await until(async () => (await world.mails(id)).filter((one) => one === 'order_refunded').length === 2);
    expect(await world.end(id)).toBe('REFUNDED');
  });

  test('after a Dashboard partial refund, by cancel, gives back the rest', async () => {
    const id = await world.paidOrder([{ sku: 'mug', quantity: 2 }]);
    const before = await world.stock('mug');
    await shop.told(await shop.dashboard(id, { amount: 700 }));
    await shop.becomes(id, { refunded: 700n, paymentStatus: 'PARTIALLY_REFUNDED', status: 'PREPARING' });
    expect(await shop.cancel(id)).toBe('REFUNDED');
    expect((await shop.atStripe(id)).map(({ amount }) => amount)).toEqual([700, 1300]);
    expect(await world.stock('mug')).toEqual({ ...before, onHand: before.onHand + 2 });
    expect(await world.end(id)).toBe('REFUNDED');
  });

  test('that finds the charge already refunded settles by the list, without a storm', async () => {
    const id = await world.paidOrder([{ sku: 'mug', quantity: 2 }]);
    await shop.dashboard(id, { amount: 700 });
    await shop.dashboard(id);
    expect(await shop.cancel(id)).toBe('REFUNDED');
    await world.end(id);
    await world.sleep(DAY);
    expect(await shop.asked(id)).toHaveLength(1);
    const intent = await shop.paymentIntent(id);
    const lists = (await world.requests()).filter(
      ({ method, path, params }) => method === 'GET' && path === '/v1/refunds' && params.payment_intent === intent,
    );
    expect(lists).toHaveLength(1);
    expect(await world.order(id)).toMatchObject({ refunded: 2000n, paymentStatus: 'REFUNDED' });
    expect((await world.order(id)).refunds.map(({ status }) => status).sort()).toEqual([
      'refused',
      'succeeded',
      'succeeded',
    ]);
  });

  test('never names a reason that blocks the buyer', async () => {
    const all = (await world.requests()).filter(({ method, path }) => method === 'POST' && path === '/v1/refunds');
    expect(all.length).toBeGreaterThan(0);
    for (const { params } of all) expect(params).not.toHaveProperty('reason');
  });
});

describe('a part of an order', () => {
  test('given back twice, each with restock of the same line, is never more than was bought', async () => {
    const id = await world.paidOrder([{ sku: 'mug', quantity: 3 }]);
    const before = await world.stock('mug');
    const parcel = { carrier: 'DHL', trackingNumber: 'A1', items: [{ sku: 'mug', quantity: 1 }] };
    await world.handle(id).executeUpdate('ship', { args: [parcel] });

    const restock = [{ sku: 'mug', quantity: 1 }];
    expect(await shop.refund(id, { amount: 1000, restock })).toBe('PREPARING');
    expect((await world.order(id)).items[0]).toMatchObject({ shipped: 1, restocked: 1 });
    await expect(shop.refund(id, { amount: 100, restock: [{ sku: 'mug', quantity: 3 }] })).rejects.toEqual(
      refusal('invalid_transition'),
    );
    // What was left to ship is back on the shelf: nothing more leaves.
    expect(await shop.refund(id, { amount: 900, restock })).toBe('SHIPPED');
    expect((await world.order(id)).shippedAt).not.toBeNull(); // the time to completion runs from here
    // And what was shipped comes back.
    expect(await shop.refund(id, { amount: 100, restock })).toBe('SHIPPED');
    await expect(shop.refund(id, { amount: 100, restock })).rejects.toEqual(refusal('invalid_transition'));

    expect(await world.stock('mug')).toEqual({ ...before, onHand: before.onHand + 3 });
    expect(await world.order(id)).toMatchObject({ refunded: 2000n, paymentStatus: 'PARTIALLY_REFUNDED' });
    await expect(shop.refund(id, { amount: 1001 })).rejects.toEqual(refusal(REFUND_EXCEEDS_REMAINING));
    expect(await shop.refund(id)).toBe('REFUNDED');
    expect(await world.end(id)).toBe('REFUNDED');
    // Nothing returns twice.
    expect(await world.stock('mug')).toEqual({ ...before, onHand: before.onHand + 3 });
    await until(async () => (await world.mails(id)).filter((one) => one === 'order_refunded').length === 4);
  });

  test('all of whose goods go back has nothing left to wait for', async () => {
    const id = await world.paidOrder([{ sku: 'mug' }]);
    expect(await shop.refund(id, { amount: 800, restock: [{ sku: 'mug', quantity: 1 }] })).toBe('COMPLETED');
    expect(await world.end(id)).toBe('COMPLETED');
    expect(await world.order(id)).toMatchObject({ paymentStatus: 'PARTIALLY_REFUNDED', refunded: 800n });
  });

  test('whose answer was lost is given back once, and asked for once', async () => {
    const id = await world.paidOrder([{ sku: 'mug', quantity: 2 }]);
    const before = await world.stock('mug');
    for (const kind of ['cut_body', 'error_after']) {
      await shop.fault({ kind });
      expect(await shop.refund(id, { amount: 200 })).toBe('PREPARING');
    }
    expect(await shop.asked(id)).toHaveLength(2);
    // A connection that is cut is tried once more by the library, under the same key.
    await shop.fault({ kind: 'reset' });
    expect(await shop.refund(id, { amount: 200 })).toBe('PREPARING');
    expect((await shop.atStripe(id)).map(({ amount }) => amount)).toEqual([200, 200, 200]);
    await shop.fault({ kind: 'cut_body' });
    await shop.refund(id, { amount: 100, restock: [{ sku: 'mug', quantity: 1 }] });
    expect(await world.stock('mug')).toEqual({ ...before, onHand: before.onHand + 1 });
    expect(await world.order(id)).toMatchObject({ refunded: 700n });
  });

  test('that Stripe failed for good under its key is asked for under another, once', async () => {
    const id = await world.paidOrder([{ sku: 'mug' }]);
    await shop.fault({ kind: 'error_instead' });
    expect(await shop.refund(id, { amount: 300 })).toBe('PREPARING');
    expect((await shop.atStripe(id)).map(({ amount }) => amount)).toEqual([300]);
    // The first, its saved failure again, and the key that goes on from it.
    const keys = (await shop.asked(id)).map(({ idempotencyKey }) => idempotencyKey);
    expect([keys.length, new Set(keys).size]).toEqual([3, 2]);
  });

  test('that the Dashboard was faster to give is refused, and what was given is known', async () => {
    const id = await world.paidOrder([{ sku: 'mug' }]);
    await shop.dashboard(id, { amount: 900 });
    await expect(shop.refund(id, { amount: 500 })).rejects.toEqual(refusal(REFUND_EXCEEDS_REMAINING));
    expect(await world.order(id)).toMatchObject({ refunded: 900n, status: 'PREPARING' });
    await shop.dashboard(id);
    await expect(shop.refund(id, { amount: 100 })).rejects.toEqual(refusal(REFUND_EXCEEDS_REMAINING));
    expect(await world.end(id)).toBe('REFUNDED');
    expect(await shop.asked(id)).toHaveLength(2);
  });

  test('is named with its currency where the Temporal UI says what is being done', async () => {
    const id = await world.paidOrder([{ sku: 'mug', quantity: 2 }]);
    await shop.refund(id, { amount: 250 });
    await world.handle(id).executeUpdate('ship', { args: [{ carrier: 'DHL', trackingNumber: 'A1' }] });
    const items = [{ sku: 'mug', quantity: 1 }];
    await world.handle(id).executeUpdate('return', { args: [{ items, condition: 'restock', refund: {} }] });
    await world.handle(id).executeUpdate('refund', { args: [{ reason: 'other' }] });
    expect(await world.end(id)).toBe('REFUNDED');
    const { events } = await world.handle(id).fetchHistory();
    const summaries = (events ?? []).map(({ userMetadata }) => String(userMetadata?.summary?.data ?? ''));
    expect(summaries.filter((summary) => summary.includes('Gives back'))).toEqual([
      '"Gives back €2.50"',
      '"Gives back €10.00 for a return"',
      '"Gives back all that is left"',
    ]);
    const input = { sessionId: id, key: 'key', request: { amount: 250, reason: 'other' as const } };
    expect(refundRequestStart({ ...input, currency: 'eur' }).staticSummary).toBe('Gives back €2.50');
    expect(refundRequestStart(input).staticSummary).toBe('Gives back a part of the money');
  });

  test.each<[string, (id: SessionId) => Promise<unknown>, string]>([
    ['a cancel', (id) => shop.cancel(id), ' to end the order (as the customer asked)'],
    ['staff', (id) => shop.refund(id, {}), ' by staff'],
    ['the Dashboard', async (id) => shop.told(await shop.dashboard(id)), ' made at Stripe'],
  ])('of all the money by %s is told once, and the end of the order with it', async (_who, giveBack, by) => {
    const id = await world.paidOrder([{ sku: 'mug' }]);
    await giveBack(id);
    expect(await world.end(id)).toBe('REFUNDED');
    const { happened } = await world.handle(id).query<OrderReport>('order');
    expect(happened).toEqual(happened.map(() => expect.stringMatching(/, \d+ \w+ \d{4}, \d\d:\d\d UTC$/)));
    expect(happened.map((event) => event.replace(/, [^,]*, [^,]*UTC$/, ''))).toEqual([
      'Stock sold to this order; waiting to be shipped',
      `Refund of €10.00${by}: given back`,
    ]);
  });

  test('is told of with its amount, whoever gave it, and once more if it fails; a run that starts over tells it too', async () => {
    const id = await world.paidOrder([{ sku: 'mug', quantity: 2 }]);
    const told = async () => {
      const report = await world.handle(id).query<OrderReport | null>('order'); // null before a new run has read it
      return (report?.happened ?? [])
        .filter((event) => event.startsWith('Refund'))
        .map((event) => event.replace(/, [^,]*, [^,]*UTC$/, ''));
    };
    await shop.refund(id, { amount: 1000, restock: [{ sku: 'mug', quantity: 1 }] });
    const dashboard = await shop.dashboard(id, { amount: 250 });
    await shop.told(dashboard);
    const given = [
      'Refund of €10.00 by staff: given back; back in stock: 1 × mug',
      'Refund of €2.50 made at Stripe: given back',
    ];
    await until(async () => (await told()).length === 2);
    expect(await told()).toEqual(given);
    await world.at(`/refunds/${dashboard.id}/fail`);
    await shop.told(dashboard);
    const failed =
      'Refund of €2.50 made at Stripe: failed (the card was reported lost or stolen), the money is back with the shop';
    await until(async () => (await told()).length === 3);
    expect(await told()).toEqual([...given, failed]);
    await world.handle(id).terminate();
    await world.deps().starter.orderChanged(id, { again: true });
    await until(async () => (await told()).length === 2);
    expect(await told()).toEqual([given[0], failed]);
    await world.handle(id).executeUpdate('cancel', { args: [{ reason: 'other' }] });
    expect(await world.end(id)).toBe('REFUNDED');
  });

  test('of a charge that is disputed at Stripe is refused', async () => {
    const id = await world.paidOrder([{ sku: 'mug' }]);
    const { chargeId } = await world.order(id);
    await world.at(`/charges/${chargeId}/dispute`);
    await expect(shop.refund(id, { amount: 500 })).rejects.toEqual(refusal('invalid_transition'));
    expect(await world.order(id)).toMatchObject({ refunded: 0n });
    expect((await world.order(id)).refunds).toMatchObject([{ status: 'refused', refusal: 'disputed' }]);
  });
});

describe('an order that is done', () => {
  test('gives back what is asked, once a key, whoever starts the request again', async () => {
    const id = await world.completedOrder([{ sku: 'ebook' }]);
    const first = await shop.answer(await shop.request(id, { amount: 500 }, 'one'));
    expect(first).toMatchObject({ outcome: 'refunded', refundId: expect.stringMatching(/^re_/) });
    await expect(shop.request(id, { amount: 500 }, 'one')).rejects.toThrow(/already started/i);
    expect(await shop.answer(await shop.request(id, { amount: 1600 }, 'two'))).toEqual({
      outcome: 'refused',
      code: REFUND_EXCEEDS_REMAINING,
      reason: expect.stringMatching(/€15.00/),
    });
    expect(await world.order(id)).toMatchObject({ status: 'COMPLETED', refunded: 500n });
    expect((await world.order(id)).grants[0]?.revokedAt).toBeNull();
    expect(await shop.answer(await shop.request(id, {}, 'three'))).toMatchObject({ outcome: 'refunded' });
    expect(await world.order(id)).toMatchObject({ status: 'REFUNDED', refunded: 2000n });
    expect((await world.order(id)).grants[0]?.revokedAt).not.toBeNull();
    await until(async () => (await world.mails(id)).filter((one) => one === 'order_refunded').length === 2);
  });

  test('speaks for its money under its row lock: of many at once, no more is given than there was', async () => {
    const id = await world.completedOrder([{ sku: 'ebook' }]);
    const asked = await Promise.all([1, 2, 3, 4].map((n) => shop.request(id, { amount: 900 }, `race-${n}`)));
    const outcomes = await Promise.all(asked.map((request) => shop.answer(request)));
    expect(outcomes.map(({ outcome }) => outcome).sort()).toEqual(['refunded', 'refunded', 'refused', 'refused']);
    expect((await shop.atStripe(id)).map(({ amount }) => amount)).toEqual([900, 900]);
    expect(await shop.asked(id)).toHaveLength(2);
  });

  test('whose refund cannot be asked for calls for staff, and is asked for at their retry', async () => {
    const id = await world.completedOrder([{ sku: 'ebook' }]);
    await shop.fault({ kind: 'error_before', times: 1000 });
    const request = await shop.request(id, { amount: 500 });
    await until(async () => {
      await world.sleep(5 * 60_000);
      return (await world.order(id)).attentionStep === 'refund';
    });
    expect((await world.order(id)).status).toBe('COMPLETED');
    await until(async () => (await world.mails(id)).includes('attention_needed'));
    await world.noFaults();
    // It may just have tried by itself; and while its own pauses last, only waiting for the result lets time skip.
    const retried = request.executeUpdate('retry').catch(() => undefined);
    expect(await shop.answer(request)).toMatchObject({ outcome: 'refunded' });
    await retried;
    await until(async () => (await world.order(id)).attentionStep === null);
    expect((await shop.atStripe(id)).map(({ amount }) => amount)).toEqual([500]);
  });
});

describe('goods that come back', () => {
  const back = (id: SessionId, request: object, updateId: string = randomUUID()) =>
    world.handle(id).executeUpdate('return', {
      args: [{ items: [{ sku: 'mug', quantity: 1 }], condition: 'restock', ...request }],
      updateId,
    });
  const notices = async (id: SessionId) => (await world.mails(id)).filter((one) => one === 'return_received').length;

  test('are recorded from the Temporal UI, refunded by line, and mailed once each', async () => {
    const id = await world.paidOrder([{ sku: 'mug', quantity: 2 }]);
    const before = await world.stock('mug');
    await expect(back(id, {})).rejects.toEqual(refusal('invalid_transition'));
    expect(await world.ship(id)).toBe('SHIPPED');
    await recordActor(world.db, { sessionId: id, key: 'the-return', actor: 'hopper', at: new Date(world.now()) });
    expect(await back(id, { refund: {} }, 'the-return')).toBe('SHIPPED');
    const { timeline } = await world.order(id);
    const byHopper = timeline.filter(({ actor }) => actor === 'hopper').map(({ type }) => type);
    expect(byHopper).toEqual(['returned', 'refund']);
    await expect(back(id, { items: [{ sku: 'mug', quantity: 2 }] })).rejects.toThrow(
      expect.objectContaining({ cause: expect.objectContaining({ message: expect.stringMatching(/mug: 1 shipped/) }) }),
    );
    expect(await shop.refund(id, { amount: 300 })).toBe('SHIPPED');
    expect(await back(id, { condition: 'write_off', refund: {} })).toBe('REFUNDED');
    expect((await shop.atStripe(id)).map(({ amount }) => amount)).toEqual([1000, 300, 700]);
    expect(await world.end(id)).toBe('REFUNDED');
    expect(await world.stock('mug')).toEqual({ ...before, onHand: before.onHand + 1 });
    expect(await notices(id)).toBe(2);
  });

  test('to an order that has ended are told of by a run of their own, which ends again', async () => {
    const id = await world.completedOrder([{ sku: 'mug' }]);
    const at = new Date(world.deps().clock.now());
    const asked = { requestHash: 'h', items: [{ sku: 'mug', quantity: 1 }], refund: null, actor: 'staff', at };
    await recordReturn(world.db, { ...asked, sessionId: id, key: 'k', condition: 'restock' });
    for (let time = 1; time <= 2; time++) {
      await world.deps().starter.orderChanged(id, { again: true });
      expect(await world.end(id)).toBe('COMPLETED');
    }
    expect(await notices(id)).toBe(1);
  });
});

describe('goods that are sent again', () => {
  const again = (id: SessionId, items: object[] = [{ sku: 'mug', quantity: 1 }]) =>
    world.handle(id).executeUpdate('replace', { args: [{ items }] });

  test('have a shipped order wait to be shipped once more, and complete long enough after that', async () => {
    const id = await world.paidOrder([{ sku: 'mug' }]);
    await world.ship(id);
    await world.sleep(5 * DAY);
    expect(await again(id)).toBe('PREPARING');
    await expect(again(id, [{ sku: 'mug', quantity: 9 }])).rejects.toEqual(refusal('invalid_transition'));
    await expect(again(id, [{ sku: 'mug', quantity: 1, with: 'mug' }])).rejects.toEqual(refusal('invalid_request'));
    expect(await world.ship(id)).toBe('SHIPPED');
    const { shippedAt } = await world.order(id);
    await world.sleep(10 * DAY);
    expect((await world.order(id)).status).toBe('SHIPPED');
    expect(await world.end(id)).toBe('COMPLETED');
    expect(shippedAt?.getTime()).toBeGreaterThan((await world.order(id)).createdAt.getTime() + 4 * DAY);
    expect((await world.mails(id)).filter((one) => one === 'order_shipped')).toHaveLength(2);
  });

  test('before they are shipped are other goods, by which the order is found; the timeline says who asked', async () => {
    await world.product('cup', { amount: 1000, stock: 1 });
    const id = await world.paidOrder([{ sku: 'mug' }]);
    await recordActor(world.db, { sessionId: id, key: 'the-cup', actor: 'hopper', at: new Date(world.now()) });
    const handle = world.handle(id);
    const args: [object] = [{ items: [{ sku: 'mug', quantity: 1, with: 'cup' }] }];
    expect(await handle.executeUpdate('replace', { args, updateId: 'the-cup' })).toBe('PREPARING');
    const { typedSearchAttributes } = await handle.describe();
    expect(typedSearchAttributes.get(SEARCH_ATTRIBUTES.skus)).toEqual(['cup']);
    const { timeline } = await world.order(id);
    expect(timeline.filter(({ type }) => type === 'replaced')).toMatchObject([{ actor: 'hopper' }]);
    await world.deliver(id);
    await world.end(id);
  });

  test('after it has ended have it run again, charge nothing, and can come back in turn', async () => {
    const id = await world.completedOrder([{ sku: 'mug' }]);
    const before = await world.stock('mug');
    const asked = (await world.requests()).length;
    const at = new Date(world.deps().clock.now());
    const items = [{ sku: 'mug', quantity: 1 }];
    const common = { sessionId: id, key: 'k', requestHash: 'h', items, actor: 'staff', at };
    await recordReplacement(world.db, common);
    await world.deps().starter.orderChanged(id, { again: true });
    await until(async () => (await world.handle(id).query<OrderState>('state')).waitingFor === 'staff to ship it');
    expect(await world.stock('mug')).toEqual({ ...before, onHand: before.onHand - 1 });
    expect(await world.deliver(id)).toBe('COMPLETED');
    expect(await world.end(id)).toBe('COMPLETED');
    expect((await world.requests()).slice(asked).filter(({ method }) => method === 'POST')).toEqual([]);
    expect((await world.mails(id)).filter((one) => one === 'order_shipped')).toHaveLength(2);
    const two = { items: [{ sku: 'mug', quantity: 2 }], condition: 'restock' as const, refund: {} };
    expect(await recordReturn(world.db, { ...common, ...two })).toMatchObject({ refund: { amount: 1000 } });
  });
});

describe('a refund told of before its order knows of its payment', () => {
  test('wakes the order, and is recorded when that has read its session', async () => {
    const { id } = await world.checkout([{ sku: 'mug' }]);
    await world.pay(id); // its webhook is lost
    const refund = await shop.dashboard(id);
    await shop.told(refund);
    expect(await world.end(refund.id as never)).toBe('succeeded');
    expect(await world.end(id)).toBe('REFUNDED');
    expect(await world.order(id)).toMatchObject({ refunded: 1000n, paymentStatus: 'REFUNDED' });
  });

  test('takes up an order that nobody has heard of', async () => {
    const id = await world.session([{ sku: 'ebook' }]);
    await world.pay(id);
    const refund = await shop.dashboard(id, { amount: 400 });
    await shop.told(refund);
    expect(await world.end(refund.id as never)).toBe('succeeded');
    expect(await world.order(id)).toMatchObject({ status: 'COMPLETED', refunded: 400n });
    expect(await world.mails(id)).toContain('order_refunded');
  });

  test('of no order of ours is nobody’s', async () => {
    const price = await world.stripe.prices.create({
      product: (await world.stripe.products.create({ name: 'Foreign' })).id,
      unit_amount: 500,
      currency: 'eur',
    });
    const { id } = await world.at<{ id: string }>('/sessions', {
      mode: 'payment',
      line_items: [{ price: price.id, quantity: 1 }],
      success_url: 'http://localhost/',
    });
    await world.pay(id as never);
    const refund = await shop.dashboard(id as never);
    await shop.told(refund);
    expect(await world.end(refund.id as never)).toBe('unknown');
    expect(await world.db.refund.count({ where: { stripeId: refund.id } })).toBe(0);
  });
});
