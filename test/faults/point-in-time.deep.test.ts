import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { SessionId } from '../../domain/ids';
import { migrate } from '../../prisma/migrate';
import { atRest, expectMoneyToAgree, expectStockToAddUp } from './books';
import { Load } from './load';
import { Shop } from './shop';
import { moneyMoved, sweep } from './sweeps';
import { System } from './system';
import { archivingTo, restoreTo, takeBaseBackup } from './wal-archive';

/**
 * docs/operating.md, “Restore an older database”, from a base backup and an archive of PostgreSQL's log: somebody
 * destroys data by mistake, and the database goes back to the moment before, between the backup and now.
 */
let system: System;
let shop: Shop;
beforeAll(async () => {
  system = await System.start({ postgres: archivingTo });
  shop = new Shop(system);
  await shop.product('mug', { stock: 1_000 });
});
afterAll(() => system?.stop());

test('the database goes back to a moment between backup and damage, and the sweep brings what came after', async () => {
  const inBackup = await paid();
  const load = new Load(shop, { lanes: 1 });
  await load.runs(1);
  const backup = await takeBaseBackup(system); // while the shop sells
  await load.runs(1);
  const { paid: sold, cutOff } = await load.ends();
  expect(cutOff).toEqual([]);
  for (const id of sold) await shop.settled(id);
  const [shipped, inPart] = [await paid(), await paid(2)];
  expect(await sending(shipped)).toBe(200);
  await atRest(system);
  const [{ now: at = '' } = {}] = await system.db.$queryRaw<{ now: string }[]>`SELECT clock_timestamp()::text AS now`;

  // All of this is after the moment.
  const paidLater = await paid();
  expect(await sending(inPart, 1)).toBe(200);
  expect((await shop.cancel(inBackup)).status).toBe(200);
  expect(await shop.settled(inBackup)).toBe('REFUNDED');
  await atRest(system);
  const all = [inBackup, ...sold, shipped, inPart, paidLater];
  const numbers = await Promise.all(all.map(number));
  const money = await moneyMoved(system);
  await system.db.$executeRaw`UPDATE customers SET name = 'nobody'`; // the damage

  await Promise.all([...system.apis, ...system.workers].map((program) => program.terminate()));
  await restoreTo(system, { backup, at });
  expect(await migrate(system.postgres.now.url)).toEqual([]);
  await system.db.$executeRawUnsafe(numbersMovedOn());
  await Promise.all(system.workers.map((program) => program.start()));
  expect((await shop.order(shipped)).status).toBe('SHIPPED');
  expect(await system.db.order.findUnique({ where: { sessionId: paidLater } })).toBeNull();
  await sweep(system, { trigger: 'staff', restored: true });
  await Promise.all(system.apis.map((program) => program.start()));
  await atRest(system);

  expect(await Promise.all(all.map(number))).toEqual(numbers);
  expect(await system.db.customer.count({ where: { name: 'nobody' } })).toBe(0);
  expect((await shop.order(paidLater)).status).toBe('PREPARING');
  expect((await shop.order(inBackup)).status).toBe('REFUNDED');
  const { shippingHold, timeline } = await shop.order(inPart);
  expect(shippingHold).toBe('other');
  expect(timeline.map(({ note }) => note).join('\n')).toContain(`DHL ${inPart.slice(-8)} of `);
  expect(Number((await number(await paid())).replace(/\D/g, ''))).toBeGreaterThan(10_000);

  await atRest(system);
  expect(await moneyMoved(system)).toEqual({ ...money, charges: money.charges + 1 });
  await expectMoneyToAgree(system);
  await expectStockToAddUp(system);
  expect(await system.db.discrepancy.findMany({ where: { resolvedAt: null } })).toEqual([]);
});

/** The command in docs/operating.md. */
function numbersMovedOn(): string {
  const page = readFileSync(join(__dirname, '..', '..', 'docs', 'operating.md'), 'utf8');
  const [, sql = ''] = /psql "\$DATABASE_URL" -c "(SELECT setval\('order_number_seq'[^"]+)"/.exec(page) ?? [];
  return sql;
}

const number = async (id: SessionId) => (await shop.order(id)).number;

async function paid(quantity = 1): Promise<SessionId> {
  const id = await shop.buy({ sku: 'mug', quantity });
  await shop.pay(id);
  await shop.settled(id);
  return id;
}

async function sending(id: SessionId, mugs?: number): Promise<number> {
  const part = mugs !== undefined && { items: [{ sku: 'mug', quantity: mugs }] };
  const shipment = { carrier: 'DHL', trackingNumber: id.slice(-8), ...part };
  return (await shop.staff(`/orders/${await number(id)}/ship`, shipment)).status;
}
