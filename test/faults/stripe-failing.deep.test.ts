import { until } from '../support/launched';
import { everythingSettled, expectBooksToBalance } from './books';
import { Shop } from './shop';
import { System } from './system';

/** Every way in which a call can go wrong. Two resets, for the library itself asks once more after one. */
const FAULTS: Record<string, Record<string, unknown>> = {
  'a 500 after it was done': { kind: 'error_after' },
  'a 500 for good, with nothing done': { kind: 'error_instead' },
  'a 503 before anything': { kind: 'error_before', status: 503, times: 2 },
  'too many requests': { kind: 'rate_limit', retryAfter: 1, times: 2 },
  'a lost answer': { kind: 'reset', times: 2 },
  'a lost request': { kind: 'reset', committed: false, times: 2 },
  'half an answer': { kind: 'cut_body' },
  'the page of a proxy': { kind: 'html' },
};
const each = Object.keys(FAULTS);

let system: System;
let shop: Shop;
beforeAll(async () => {
  system = await System.start();
  shop = new Shop(system);
  await shop.product('mug', { stock: 1_000 });
});
afterAll(() => system?.stop());
afterEach(() => shop.clearFaults());

test.each(each)('%s to a refund: the money is given back once, and the goods return', async (name) => {
  const before = await shop.stock('mug');
  const id = await shop.buy({ sku: 'mug' });
  await shop.pay(id);
  expect(await shop.settled(id)).toBe('PREPARING');
  await shop.fault('POST', '^/v1/refunds$', FAULTS[name] ?? {});
  const answer = await shop.cancel(id);
  expect(answer.status).toBe(200);

  await until('the order refunded', async () => (await shop.order(id)).status === 'REFUNDED');
  const order = await shop.order(id);
  expect(order.refunds).toMatchObject([{ amount: order.total, status: 'succeeded' }]);
  const { data } = await system.stripe.refunds.list({ payment_intent: order.paymentIntentId ?? '' });
  expect(data.map(({ amount }) => amount)).toEqual([Number(order.total)]);
  await shop.mailed(id, ['order_confirmation', 'order_received', 'order_refunded']);
  expect(await shop.stock('mug')).toEqual(before);
});

test('the same of expiring: each till is closed and its stock given back', async () => {
  const before = await shop.stock('mug');
  const ids = await Promise.all(
    each.map(async (name) => {
      const id = await shop.buy({ sku: 'mug' });
      await shop.fault('POST', `${id}/expire$`, FAULTS[name] ?? {});
      await shop.post(`/orders/${id}/abandon`, {});
      return id;
    }),
  );
  for (const id of ids) {
    expect(await shop.settled(id)).toBe('CANCELLED');
    expect((await system.stripe.checkout.sessions.retrieve(id)).status).toBe('expired');
  }
  expect(await shop.stock('mug')).toEqual(before);
});

test('the same of reading the paid session: each order is sold and told of once', async () => {
  const before = await shop.stock('mug');
  const ids = await Promise.all(
    each.map(async (name) => {
      const id = await shop.buy({ sku: 'mug' });
      await shop.fault('GET', `^/v1/checkout/sessions/${id}$`, FAULTS[name] ?? {});
      await shop.pay(id);
      return id;
    }),
  );
  for (const id of ids) {
    expect(await shop.settled(id)).toBe('PREPARING');
    await shop.mailed(id, ['order_confirmation', 'order_received']);
  }
  expect(await shop.stock('mug')).toEqual({ onHand: before.onHand - ids.length, held: 0 });
});

test.each(each)('%s to making a session: 503 in time or a session, then the same key gets one', async (name) => {
  const before = await shop.stock('mug');
  await shop.fault('POST', '^/v1/checkout/sessions$', FAULTS[name] ?? {});
  const key = `key of ${name}`.replaceAll(' ', '-');
  const id = await until('a session', async () => {
    const { status, body, retryAfter, ms } = await shop.checkout([{ sku: 'mug' }], { key });
    expect(ms).toBeLessThan(10_000);
    if (status === 201) return body.sessionId;
    expect([status, body.code]).toEqual([503, 'unavailable']);
    expect(retryAfter).toBeGreaterThan(0);
    return null;
  });
  expect(await shop.stock('mug')).toEqual({ ...before, held: 1 });
  await shop.pay(id);
  expect(await shop.settled(id)).toBe('PREPARING');
});

test('after all of it the books balance, and nobody was called', async () => {
  await everythingSettled(system);
  await expectBooksToBalance(system);
});
