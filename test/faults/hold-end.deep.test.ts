import { setTimeout as pause } from 'node:timers/promises';
import type { SessionId } from '../../domain/ids';
import { everythingSettled, expectBooksToBalance } from './books';
import { Shop } from './shop';
import { System } from './system';

const ORDERS = 48;
const UNITS = 32;
/** How far before and after the end of the hold shoppers pay. */
const AROUND_MS = 1_000;
/** One shopper comes after the other, so that they meet in pairs and not in a crowd. */
const APART_MS = 100;

let system: System;
let shop: Shop;
beforeAll(async () => {
  system = await System.start({ workers: 2, env: { HOLD_TTL_SECONDS: '4', TRUST_PROXY: '1' } });
  shop = new Shop(system);
  await shop.product('mug', { stock: UNITS });
});
afterAll(() => system?.stop());

/** What a shopper who paid then was told at Stripe's page. */
type Told = 'paid' | 'too late';

test('paid within a second of the end of the hold, either side: stock and money agree for every order', async () => {
  const told = new Map<SessionId, Told>();
  const shoppers = Array.from({ length: ORDERS }, async (_, n) => {
    await pause(n * APART_MS);
    const opened = await buyWhenThereIsOne();
    if (opened === null) return;
    const { id, end } = opened;
    if (n % 8 === 0) await shop.fault('POST', `${id}/expire$`, { kind: 'delay', ms: 700 });
    if (n % 8 === 4) await shop.fault('POST', `${id}/expire$`, { kind: 'reset' });
    await pause(end + ((2 * n) / (ORDERS - 1) - 1) * AROUND_MS - Date.now());
    if (n % 4 === 2) await tillClosed(id);
    told.set(id, await (n % 4 === 3 ? payAtTheBank(id, n) : payNow(id)));
  });
  await Promise.all(shoppers);
  await everythingSettled(system);

  const seen: Record<string, number> = {};
  for (const [id, outcome] of told) {
    const { status } = await shop.order(id);
    expect(ENDINGS[outcome]).toContain(status);
    seen[`${outcome}: ${status}`] = (seen[`${outcome}: ${status}`] ?? 0) + 1;
  }
  process.stdout.write(`  ${JSON.stringify(seen)}\n`);
  // Both sides of the end were met, or this test has shown nothing.
  expect(Object.keys(seen)).toEqual(expect.arrayContaining(['paid: PREPARING', 'too late: EXPIRED']));
  await expectBooksToBalance(system);
});

/** Goods or money for who paid; neither for who came too late. */
const ENDINGS: Record<Told, string[]> = { paid: ['PREPARING', 'REFUNDED'], 'too late': ['EXPIRED'] };

/**
 * There are fewer units than shoppers: whoever finds none waits for somebody's hold to end, and goes when every unit
 * is sold. On a machine so busy that a hold is over before the shopper hears of it they are told to try again.
 */
async function buyWhenThereIsOne(): Promise<{ id: SessionId; end: number } | null> {
  while ((await shop.stock('mug')).onHand > 0) {
    const { status, body } = await shop.checkout([{ sku: 'mug' }]);
    if (status === 201) return { id: body.sessionId, end: Date.parse(body.expiresAt) };
    expect(['409 out_of_stock', '503 unavailable']).toContain(`${status} ${body.code}`);
    await pause(500);
  }
  return null;
}

/** However busy the machine: some come too late for certain. */
async function tillClosed(id: SessionId): Promise<void> {
  while ((await system.stripe.checkout.sessions.retrieve(id)).status === 'open') await pause(200);
}

async function payNow(id: SessionId): Promise<Told> {
  return shop.pay(id).then(
    () => 'paid',
    (error: Error) => {
      expect(error.message).toContain('can no longer be paid');
      return 'too late';
    },
  );
}

/**
 * The bank asks the shopper, who answers a second later; then Stripe sends them to the success page, which asks for
 * the order.
 */
async function payAtTheBank(id: SessionId, shopper: number): Promise<Told> {
  try {
    await shop.at(`/sessions/${id}/three-d-secure/start`);
  } catch {
    return 'too late';
  }
  await pause(AROUND_MS);
  await shop.at(`/sessions/${id}/three-d-secure/succeed`);
  await shop.settledOnSuccessPage(id, shopper);
  return 'paid';
}
