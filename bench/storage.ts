import { temporal } from '@temporalio/proto';
import { shipUpdate } from '../messages/order';
import type { Db } from '../store/database';
import { type Figure, medianOf } from './figures';
import { inFlight } from './load';
import { buy, putOnSale } from './shopper';
import type { System } from './system';

/** How many histories of each kind are fetched and measured. */
const HISTORIES = 10;

/**
 * What an order leaves behind: bytes in PostgreSQL with all indexes, by table, and bytes of its history in Temporal.
 * @param size orders of a download, and as many of goods that are shipped in one parcel and delivered. A table grows by
 * 8 KiB at a time, so a small number is rough
 */
export async function storage(system: System, { size }: { size: number }): Promise<Figure[]> {
  const [download, goods] = ['bench-storage-download', 'bench-storage-goods'];
  await putOnSale(system, [download]);
  await putOnSale(system, [goods], size * 2);
  return [
    ...(await measured(system, 'a download', size, async () => (await buy(system, download, system.api)).sessionId)),
    ...(await measured(system, 'goods, delivered', size, () => buyGoods(system, goods))),
  ];
}

async function buyGoods(system: System, sku: string): Promise<string> {
  const { client, world } = system;
  const { sessionId } = await buy(system, sku, system.api);
  const order = client.workflow.getHandle(sessionId);
  const shipped = world.mailed(world.numberOf(sessionId), 1);
  await order.executeUpdate(shipUpdate, { args: [{ carrier: 'DHL', trackingNumber: '00340434161094021501' }] });
  await shipped;
  await order.executeUpdate('deliver');
  return sessionId;
}

async function measured(system: System, kind: string, size: number, one: () => Promise<string>): Promise<Figure[]> {
  await inFlight(Math.ceil(size / 5), 8, one); // the first page of each table and index
  const before = await packedSizes(system.db);
  const { answers: sessions } = await inFlight(size, 8, one);
  const histories = await Promise.all(sessions.slice(0, HISTORIES).map((session) => historySize(system, session)));
  const after = await packedSizes(system.db);
  const grown = [...after].map(([table, bytes]) => [table, (bytes - (before.get(table) ?? 0)) / size] as const);
  const bytes = (names: readonly string[]) =>
    grown.reduce((sum, [table, each]) => (names.includes(table) ? sum + each : sum), 0);
  const shown = SHOWN.map((names): [string, number] => [names.join(' and '), bytes(names)]);
  const rest = grown.map(([table]) => table).filter((table) => !SHOWN.flat().includes(table));
  return [
    ...[...shown, ['other tables', bytes(rest)] as const, ['all tables', bytes([...after.keys()])] as const].map(
      ([tables, value]) => figure(`${kind}: bytes an order, ${tables}`, value),
    ),
    figure(`${kind}: bytes of a history`, medianOf(histories)),
  ];
}

/** What grows, and might be kept elsewhere or partitioned. */
const SHOWN = [['mails'], ['timeline'], ['stock_movements', 'holds']];

const figure = (what: string, value: number): Figure => ({
  ...{ bench: 'storage', what, beside: '–', reach: null, values: [value] },
});

/** Every table's size on disk with its indexes and what is stored out of line, without what updates have left. */
async function packedSizes(db: Db): Promise<Map<string, number>> {
  await db.$executeRawUnsafe('VACUUM FULL');
  const rows = await db.$queryRaw<{ table: string; bytes: bigint }[]>`
    SELECT relname AS table, pg_total_relation_size(oid) AS bytes FROM pg_class
    WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace`;
  return new Map(rows.map(({ table, bytes }) => [table, Number(bytes)]));
}

/** The bytes of a history once the run has ended, as Temporal's API sends it. */
async function historySize({ client }: System, session: string): Promise<number> {
  const order = client.workflow.getHandle(session);
  await order.result();
  return temporal.api.history.v1.History.encode(await order.fetchHistory()).finish().length;
}
