import { randomInt } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import type { SessionId } from '../../domain/ids';
import type { Program } from '../../sandbox/program';
import { everythingSettled, expectBooksToBalance } from './books';
import { Shop } from './shop';
import { System } from './system';

const ORDERS = 40;
const KILLS = 6;

let system: System;
let shop: Shop;
beforeAll(async () => {
  system = await System.start({ workers: 2 });
  shop = new Shop(system);
  await shop.product('mug', { stock: 2 * ORDERS });
  await shop.product('song');
});
afterAll(() => system?.stop());

test('workers are killed again and again at random: every order ends as if nothing had happened', async () => {
  let killing = true;
  const killer = killWorkers().finally(() => {
    killing = false;
  });
  const paid: SessionId[] = [];
  const left: SessionId[] = [];
  for (let n = 0; n < ORDERS || killing; n++) {
    const sku = n % 3 === 0 ? 'song' : 'mug';
    const { status, body } = await shop.checkout([{ sku }]);
    expect([201, 503]).toContain(status); // a checkout that lost its worker is refused in time
    if (status !== 201) continue;
    if (n % 5 === 4) left.push(body.sessionId);
    else paid.push(body.sessionId);
    if (n % 5 === 4) await shop.post(`/orders/${body.sessionId}/abandon`, {});
    else await shop.pay(body.sessionId);
  }
  await killer;
  await everythingSettled(system);

  expect(paid.length).toBeGreaterThan(ORDERS / 4);
  for (const id of paid) {
    const { status, items } = await shop.order(id);
    expect(status).toBe(items[0]?.kind === 'DIGITAL' ? 'COMPLETED' : 'PREPARING');
    await shop.mailed(id, ['order_confirmation', 'order_received'], 120_000);
  }
  for (const id of left) {
    expect(await shop.order(id)).toMatchObject({ status: 'CANCELLED' });
    expect(await shop.mails(id)).toEqual([]);
  }
  await expectBooksToBalance(system);
});

/** One of the two at a time, at moments nobody chose; the other takes over while it comes back. */
async function killWorkers(): Promise<void> {
  for (let kill = 0; kill < KILLS; kill++) {
    const victim = system.workers[kill % 2] as Program;
    await pause(randomInt(200, 1_500));
    await victim.kill9();
    await victim.start();
  }
}
