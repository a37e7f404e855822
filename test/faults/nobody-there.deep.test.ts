import { randomUUID } from 'node:crypto';
import { sessionId } from '../../domain/ids';
import type { Program } from '../../sandbox/program';
import { until } from '../support/launched';
import { everythingSettled, expectBooksToBalance } from './books';
import { type Answer, Shop } from './shop';
import { System } from './system';

let system: System;
let shop: Shop;
let api: Program;
let worker: Program;
beforeAll(async () => {
  system = await System.start();
  shop = new Shop(system);
  [api, worker] = [system.apis[0] as Program, system.workers[0] as Program];
  await shop.product('mug', { stock: 100 });
});
afterAll(() => system?.stop());

test('without any worker webhooks are taken, a checkout is refused in time, and later nothing is held for it', async () => {
  const paid = await shop.buy({ sku: 'mug' });
  await worker.kill9();
  await shop.pay(paid, { wait: true });
  expect(await answersToWebhooks(paid)).toEqual([200]);
  const refused = await Promise.all([1, 2, 3].map(() => shop.checkout([{ sku: 'mug' }])));
  for (const answer of refused) expectRefusedInTime(answer);
  expect(await shop.stock('mug')).toMatchObject({ held: 1 }); // of the order that is paid and not yet sold

  await worker.start();
  expect(await shop.settled(paid)).toBe('PREPARING');
  await shop.mailed(paid, ['order_confirmation', 'order_received']);
  await everythingSettled(system);
  expect(await shop.stock('mug')).toEqual({ onHand: 99, held: 0 });
  await expectBooksToBalance(system);
});

test('a workflow that was terminated before the payment is made again by the paid webhook', async () => {
  const before = await shop.stock('mug');
  const id = await shop.buy({ sku: 'mug' });
  await system.temporal.workflow.getHandle(id).terminate('by mistake');
  await shop.pay(id, { wait: true });
  expect(await shop.settled(id)).toBe('PREPARING');
  await shop.mailed(id, ['order_confirmation', 'order_received']);
  expect(await shop.stock('mug')).toEqual({ onHand: before.onHand - 1, held: 0 });
  await expectBooksToBalance(system);
});

test('an API killed after Stripe made the session, before Temporal heard of it: paid, it still becomes an order', async () => {
  const before = await shop.stock('mug');
  const { session } = await killApiWhileStripeAnswers();
  expect(await system.db.order.count({ where: { sessionId: session } })).toBe(0);
  await api.start();
  await shop.pay(session, { wait: true });
  expect(await shop.settled(session)).toBe('PREPARING');
  await shop.mailed(session, ['order_confirmation', 'order_received']);
  expect(await shop.order(session)).toMatchObject({ origin: 'CHECKOUT' });
  expect(await shop.stock('mug')).toEqual({ onHand: before.onHand - 1, held: 0 });
  await expectBooksToBalance(system);
});

test('an API killed there: the shopper asks again with the same key and gets the same session', async () => {
  const { session, key } = await killApiWhileStripeAnswers();
  await api.start();
  const answer = await until('an answer', async () => {
    const again = await shop.checkout([{ sku: 'mug' }], { key });
    if (again.status !== 201) expectRefusedInTime(again);
    return again.status === 201 ? again : null;
  });
  expect(answer.body.sessionId).toBe(session);
  expect(await system.db.hold.count({ where: { sessionId: session, state: 'ACTIVE' } })).toBe(1);
  await shop.pay(session);
  expect(await shop.settled(session)).toBe('PREPARING');
  await expectBooksToBalance(system);
});

/** A checkout whose API is killed when Stripe has the request and before its answer; the session it made. */
async function killApiWhileStripeAnswers() {
  const key = randomUUID();
  const created = /^\/v1\/checkout\/sessions$/;
  const before = (await shop.requests('POST', created)).length;
  await shop.fault('POST', created.source, { kind: 'delay', ms: 1_500 });
  const answer = shop.checkout([{ sku: 'mug' }], { key }).catch(() => 'cut off');
  const asked = await until('Stripe asked', async () => (await shop.requests('POST', created))[before]);
  await api.kill9();
  expect(await answer).toBe('cut off');
  await until('session made', async () => (await shop.requests('POST', created))[before]?.status === 200);
  const { holdfast_checkout: checkout } = asked.params.metadata as Record<string, string>;
  const { data } = await system.stripe.checkout.sessions.list({ limit: 1 });
  const session = data[0];
  expect(session?.metadata?.holdfast_checkout).toBe(checkout);
  return { session: sessionId(session?.id ?? ''), key };
}

async function answersToWebhooks(id: string): Promise<(number | null)[]> {
  const { data } = await system.stripe.events.list({ type: 'checkout.session.completed' });
  const event = data.find(({ data }) => (data.object as { id: string }).id === id);
  return (await shop.deliveries()).filter((attempt) => attempt.event === event?.id).map(({ status }) => status);
}

function expectRefusedInTime({ status, body, retryAfter, ms }: Answer): void {
  expect([status, body.code]).toEqual([503, 'unavailable']);
  expect(retryAfter).toBeGreaterThan(0);
  expect(ms).toBeLessThan(10_000);
}
