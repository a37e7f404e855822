import { rmSync } from 'node:fs';
import type { SessionId } from '../../domain/ids';
import type { Program } from '../../sandbox/program';
import { expectBooksToBalance } from '../faults/books';
import { type Answer, Shop } from '../faults/shop';
import { System } from '../faults/system';
import { until } from '../support/launched';
import { lastRelease, whyNoRelease } from './last-release';

/**
 * An upgrade and its rollback as docs/going-live.md has them, with the code of the last release: it sells on the
 * schema of this one, this one takes its open orders over, and it takes over what this one has opened.
 */
let system: System;
let shop: Shop;
let release: string;
const why = whyNoRelease();
const [tried, because] = why === null ? [test, ''] : [test.skip, ` (skipped: ${why})`];
beforeAll(async () => {
  if (why !== null) return;
  release = lastRelease();
  system = await System.start({ build: release });
  shop = new Shop(system);
  await shop.product('mug', { stock: 20 });
  await shop.product('song');
});
afterAll(async () => {
  await system?.stop();
  if (release) rmSync(release, { recursive: true, force: true });
});

const NAME = 'the last release sells on the schema of this one, which takes its open orders over, and gives them back';
tried(`${NAME}${because}`, async () => {
  const [unpaid, toShip, sent, toCancel] = [await buy(), await paid(), await paid(), await paid()];
  const song = await paid('song');
  await send(sent);

  await roll(undefined);
  await shop.pay(unpaid);
  expect(await shop.settled(unpaid)).toBe('PREPARING');
  await send(toShip);
  await deliver(sent);
  await answered(() => shop.cancel(toCancel));
  expect(await shop.settled(toCancel)).toBe('REFUNDED');
  const [newUnpaid, newToShip, newToCancel] = [await buy(), await paid(), await paid()];

  await roll(release);
  await deliver(toShip);
  await shop.pay(newUnpaid);
  expect(await shop.settled(newUnpaid)).toBe('PREPARING');
  await send(newToShip);
  await deliver(newToShip);
  await answered(() => shop.cancel(newToCancel));
  expect(await shop.settled(newToCancel)).toBe('REFUNDED');
  const next = await paid();

  await shop.mailed(song, ['order_confirmation', 'order_received']);
  await shop.mailed(next, ['order_confirmation', 'order_received']);
  expect(await system.db.order.count({ where: { attentionStep: { not: null } } })).toBe(0);
  await expectBooksToBalance(system);
});

/** Starts the processes of a build beside those that run, and ends these, as a rolling deploy does. */
async function roll(build: string | undefined): Promise<void> {
  const [oldApis, oldWorkers] = [system.apis.splice(0), system.workers.splice(0)];
  const [api] = oldApis as [Program];
  system.build = build;
  await system.addWorker();
  for (const worker of oldWorkers) await worker.terminate();
  await api.terminate(); // its port is the one that Stripe calls
  await system.addApi({}, api.port);
}

const buy = (sku = 'mug'): Promise<SessionId> => shop.buy({ sku });

async function paid(sku = 'mug'): Promise<SessionId> {
  const id = await buy(sku);
  await shop.pay(id);
  await shop.settled(id);
  return id;
}

async function staff(id: SessionId, action: string, body: unknown): Promise<void> {
  const { number } = await shop.order(id);
  await answered(() => shop.staff(`/orders/${number}/${action}`, body));
}

/** Of a worker that has just stopped, Temporal hears after some seconds: until then staff are asked to try again. */
async function answered(ask: () => Promise<Answer>): Promise<void> {
  const status = await until('an answer of the new worker', async () => {
    const answer = await ask();
    return answer.status !== 503 && answer.status;
  });
  expect(status).toBe(200);
}

const send = (id: SessionId) => staff(id, 'ship', { carrier: 'DHL', trackingNumber: id.slice(-8) });
const deliver = (id: SessionId) => staff(id, 'deliver', {});
