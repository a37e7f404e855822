import { until } from '../support/launched';
import { everythingSettled, expectBooksToBalance } from './books';
import type { Program } from './program';
import { Shop } from './shop';
import { System } from './system';

let system: System;
let shop: Shop;
let api: Program;
beforeAll(async () => {
  system = await System.start({ workers: 2 });
  shop = new Shop(system);
  api = system.apis[0] as Program;
  await shop.product('mug', { stock: 100 });
  await shop.product('song');
});
afterAll(() => system?.stop());

test('Temporal down: the receiver and the checkout say 503, nothing is lost, and a redelivery makes the order', async () => {
  const id = await shop.buy({ sku: 'mug' });
  await system.temporalServer.stop();
  expect(await readiness(api)).toEqual([503, { database: 'ok', temporal: 'down' }]);
  await shop.pay(id, { wait: true });
  const event = (await system.stripe.events.list({ type: 'checkout.session.completed' })).data[0];
  expect(await answersTo(event?.id)).toEqual([503]);
  const checkout = await shop.checkout([{ sku: 'mug' }]);
  expect([checkout.status, checkout.body.code]).toEqual([503, 'unavailable']);
  expect(checkout.retryAfter).toBeGreaterThan(0);
  expect(checkout.ms).toBeLessThan(10_000);

  await system.temporalServer.start();
  await until('the system ready again', async () => (await readiness(api))[0] === 200);
  const again = async () => {
    const { statuses } = await shop.at<{ statuses: (number | null)[] }>(`/events/${event?.id}/redeliver`);
    return statuses[0] === 200;
  };
  await until('a delivery taken', again);
  expect(await shop.settled(id)).toBe('PREPARING');
  await shop.mailed(id, ['order_confirmation', 'order_received']);
  await everythingSettled(system);
  expect(await shop.stock('mug')).toEqual({ onHand: 99, held: 0 });
  await expectBooksToBalance(system);
});

test('PostgreSQL down for some seconds in the middle: orders go on by themselves, and nobody is called', async () => {
  const before = await shop.stock('mug');
  const mugs = await Promise.all(Array.from({ length: 6 }, () => shop.buy({ sku: 'mug' })));
  const songs = await Promise.all(Array.from({ length: 6 }, () => shop.buy({ sku: 'song' })));
  await Promise.all([...mugs, ...songs].slice(0, 4).map((id) => shop.pay(id)));
  await system.postgres.stop();
  await Promise.all([...mugs, ...songs].slice(4).map((id) => shop.pay(id, { wait: true })));
  expect((await shop.deliveries()).slice(-8).map(({ status }) => status)).toEqual(Array(8).fill(200));
  expect(await readiness(api)).toEqual([503, { database: 'down', temporal: 'ok' }]);
  expect(await shop.checkout([{ sku: 'mug' }])).toMatchObject({ status: 503, body: { code: 'unavailable' } });

  await system.postgres.start();
  await until('the system ready again', async () => (await readiness(api))[0] === 200);
  await Promise.all(mugs.map(async (id) => expect(await shop.settled(id)).toBe('PREPARING')));
  await Promise.all(songs.map(async (id) => expect(await shop.settled(id)).toBe('COMPLETED')));
  for (const id of [...mugs, ...songs]) await shop.mailed(id, ['order_confirmation', 'order_received']);
  await everythingSettled(system);
  expect(await shop.stock('mug')).toEqual({ onHand: before.onHand - mugs.length, held: 0 });
  await expectBooksToBalance(system);
});

async function readiness(program: Program): Promise<[number, unknown]> {
  const answer = await fetch(`${program.url}/readyz`);
  return [answer.status, ((await answer.json()) as { checks: unknown }).checks];
}

const answersTo = async (event: string | undefined) =>
  (await shop.deliveries()).filter((attempt) => attempt.event === event).map(({ status }) => status);
