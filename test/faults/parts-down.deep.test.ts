import { readFileSync } from 'node:fs';
import type { SessionId } from '../../domain/ids';
import type { Program } from '../../sandbox/program';
import { until } from '../support/launched';
import { everythingSettled, expectBooksToBalance } from './books';
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
  expect(await readiness(api)).toEqual([503, expect.objectContaining({ database: 'ok', temporal: 'down' })]);
  const down = [503, expect.objectContaining({ database: 'ok', temporal: 'down' })];
  await until('the worker to notice', async () => (await readiness(system.workers[0] as Program))[0] === 503);
  expect(await readiness(system.workers[0] as Program)).toEqual(down);
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
  expect(await readiness(api)).toEqual([503, { database: 'down', temporal: 'ok', search_attributes: 'ok' }]);
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

test('the mail service failing for a while: orders go on, and their mails come once, later', async () => {
  await shop.outboxFault({ times: 1_000, status: 500 });
  const song = await shop.buy({ sku: 'song' });
  const mug = await shop.buy({ sku: 'mug' });
  await Promise.all([song, mug].map((id) => shop.pay(id)));
  expect(await shop.settled(song)).toBe('COMPLETED');
  expect(await shop.settled(mug)).toBe('PREPARING');
  const { number } = await shop.order(mug);
  const shipment = { carrier: 'DHL', trackingNumber: '1' };
  expect((await shop.staff(`/orders/${number}/ship`, shipment)).status).toBe(200);
  expect((await shop.staff(`/orders/${number}/deliver`, {})).status).toBe(200);
  const tried = async () => (await system.db.mail.findMany()).filter(({ attempts }) => attempts > 1).length;
  await until('each mail tried twice', async () => (await tried()) >= 5);
  expect([...(await shop.mails(song)), ...(await shop.mails(mug))]).toEqual([]);

  // Taken by the service, and the answer lost: as bad as it gets for a sender.
  await shop.outboxFault({ times: 2, status: 500, after: true });
  await shop.mailed(song, ['order_confirmation', 'order_received']);
  await shop.mailed(mug, ['order_confirmation', 'order_received', 'order_shipped']);
  await everythingSettled(system);
  await expectBooksToBalance(system);
});

test('Temporal’s store lost: one sweep starts all that is unfinished again, and nothing is done twice', async () => {
  const mugs = await Promise.all(Array.from({ length: 5 }, () => shop.buy({ sku: 'mug' })));
  const [unpaid, paidMeanwhile, toShip, shipped, refunding] = mugs as [
    SessionId,
    SessionId,
    SessionId,
    SessionId,
    SessionId,
  ];
  await Promise.all([shop.pay(toShip), shop.pay(shipped), shop.pay(refunding, { card: REFUNDS_PEND })]);
  for (const id of [toShip, shipped, refunding]) await shop.mailed(id, ['order_confirmation', 'order_received']);
  await ship(shipped);
  await shop.cancel(refunding);
  const [refund] = (await shop.order(refunding)).refunds;
  expect(refund?.status).toBe('pending');
  await shop.mailed(refunding, ['order_confirmation', 'order_received', 'order_refunded']);

  await system.loseTemporal(async () => void (await shop.pay(paidMeanwhile, { wait: true })));
  await until('the system ready again', async () => (await readiness(api))[0] === 200);
  const { body } = await shop.staff('/reconciliations', {});
  const sweep = () => system.db.reconciliation.findUniqueOrThrow({ where: { id: body.id as string } });
  await until('the sweep done', async () => (await sweep()).status === 'COMPLETED');
  const { status: followed } = await system.temporal.workflow.getHandle(refund?.stripeId as string).describe();
  expect(followed.name).toBe('RUNNING');

  expect(await shop.settled(paidMeanwhile)).toBe('PREPARING');
  await shop.pay(unpaid);
  expect(await shop.settled(unpaid)).toBe('PREPARING');
  await ship(toShip);
  const { number } = await shop.order(shipped);
  expect((await shop.staff(`/orders/${number}/deliver`, {})).status).toBe(200);
  await shop.at(`/refunds/${refund?.stripeId}/succeed`);
  expect(await shop.ended(refund?.stripeId as string)).toBe('COMPLETED');
  await expectBooksToBalance(system);
});

/** The card whose refunds are pending for a while. */
const REFUNDS_PEND = '4000000000007726';

async function ship(id: SessionId): Promise<void> {
  const { number } = await shop.order(id);
  const { status } = await shop.staff(`/orders/${number}/ship`, { carrier: 'DHL', trackingNumber: id.slice(-8) });
  expect(status).toBe(200);
}

test('every line that the processes log is JSON, also about parts that were away', () => {
  for (const { log } of [...system.apis, ...system.workers]) {
    const lines = readFileSync(log, 'utf8').split('\n').filter(Boolean);
    expect(lines.length).toBeGreaterThan(0);
    for (const line of lines) expect(() => JSON.parse(line)).not.toThrow();
  }
});

async function readiness(program: Program): Promise<[number, unknown]> {
  const answer = await fetch(`${program.url}/readyz`);
  return [answer.status, ((await answer.json()) as { checks: unknown }).checks];
}

const answersTo = async (event: string | undefined) =>
  (await shop.deliveries()).filter((attempt) => attempt.event === event).map(({ status }) => status);
