import type { Program } from '../sandbox/program';
import type { Db } from '../store/database';
import { cpuOf } from './cpu';
import { requireDurable, startDbos } from './dbos';
import type { Figure } from './figures';
import { inFlight } from './load';
import { type Effort, runNoop } from './orders';
import { buy, putOnSale } from './shopper';
import { requireSameMails, requireSold } from './sold';
import type { System } from './system';

/** One that sells a download: where its API answers, where its orders are, and the processes that it needs. */
interface Shop {
  api: Program;
  db: Db;
  sku: string;
  processes: { api: number; worker?: number; postgres: number; temporal?: number };
}

const SHOPS = ['holdfast', 'dbos', 'bare'] as const;

/**
 * Whole orders of a download a second through HTTP, and their processor time, beside the same work on DBOS; and by
 * the ratio to no-op workflows beside Temporal's reference order app. All take turns, each first in its turn. The
 * bare shape is the witness of what an order on Temporal can reach beside one on DBOS.
 */
export async function peers(system: System, { rounds, orders, atOnce }: Effort): Promise<Figure[]> {
  const dbos = await startDbos(system);
  try {
    const { api, worker, bareApi, floor, db } = system;
    const servers = { postgres: system.postgres.process.pid, temporal: system.temporal.process.pid };
    const shops: Record<(typeof SHOPS)[number], Shop> = {
      holdfast: { api, db, sku: SKU, processes: { api: api.pid, worker: worker.pid, ...servers } },
      dbos: {
        ...{ api: dbos.program, db: dbos.db, sku: SKU },
        processes: { api: dbos.program.pid, postgres: servers.postgres },
      },
      bare: { api: bareApi, db, sku: `${SKU}-bare`, processes: { api: bareApi.pid, worker: floor.pid, ...servers } },
    };
    for (const shop of Object.values(shops)) {
      await putOnSale({ ...system, db: shop.db }, [shop.sku]);
      await inFlight(atOnce * 2, 4, () => buy(system, shop.sku, shop.api));
    }
    await inFlight(atOnce * 2, atOnce, (index) => runNoop(system, `peers-warm-${index}`));

    const sold: Results = { holdfast: [], dbos: [], bare: [], noops: [] };
    let total = atOnce * 2;
    for (let round = 0; round < rounds; round++) {
      total += orders;
      const turns = SHOPS.map((name) => async () => {
        sold[name].push(await sell(system, shops[name], { orders, atOnce, total }));
      });
      turns.push(async () => {
        const run = (index: number) => runNoop(system, `peers-${round}-${index}`);
        sold.noops.push((await inFlight(orders, atOnce, run)).perSecond);
      });
      for (let turn = 0; turn < turns.length; turn++) await turns[(round + turn) % turns.length]?.();
    }
    await requireDurable(dbos, total);
    await requireSameMails(SKU, db, dbos.db);
    return figures(sold);
  } finally {
    await dbos.stop();
  }
}

const SKU = 'bench-peers';

interface Sold {
  perSecond: number;
  /** Processor time an order of each process, in milliseconds. */
  cpu: Record<string, number>;
}

type Results = Record<(typeof SHOPS)[number], Sold[]> & { noops: number[] };

/** Sells this many, and waits until all of them are written as sold. `total`: with those that were sold before. */
async function sell(
  system: System,
  { api, db, sku, processes }: Shop,
  { orders, atOnce, total }: { orders: number; atOnce: number; total: number },
): Promise<Sold> {
  const before = usage(processes);
  const { perSecond } = await inFlight(orders, atOnce, () => buy(system, sku, api));
  await requireSold(db, sku, total);
  const after = usage(processes);
  const cpu = Object.entries(after).map(([name, ms]) => [name, (ms - (before[name] ?? 0)) / orders] as const);
  return { perSecond, cpu: Object.fromEntries(cpu) };
}

const usage = (processes: Shop['processes']): Record<string, number> =>
  Object.fromEntries(Object.entries(processes).map(([name, pid]) => [name, cpuOf(pid) ?? Number.NaN]));

/** Of Temporal's reference order app, as it was measured: orders a second, where the server did this many no-ops. */
const REFERENCE = { orders: 2.4, noops: 50 };

function figures({ holdfast, dbos, bare, noops }: Results): Figure[] {
  const row = (what: string, beside: string, reach: Figure['reach'], of: (round: number) => number): Figure => ({
    ...{ bench: 'peers', what, beside, reach },
    values: noops.map((_, round) => of(round)),
  });
  const speed = (sold: Sold[], round: number): number => sold[round]?.perSecond ?? Number.NaN;
  const cpu = (sold: Sold[], round: number): number =>
    Object.values(sold[round]?.cpu ?? {}).reduce((sum, ms) => sum + ms, 0);
  const cpuRows = (sold: Sold[], whose: string) =>
    Object.keys(sold[0]?.cpu ?? {}).map((name) =>
      row(`CPU of ${name} an order${whose}, ms`, '–', null, (round) => sold[round]?.cpu[name] ?? Number.NaN),
    );
  const byNoops = (round: number) => speed(holdfast, round) / (noops[round] ?? Number.NaN);
  return [
    row(ORDERS, DBOS, { least: 1 }, (round) => speed(holdfast, round) / speed(dbos, round)),
    row(`${ORDERS} of the bare shape`, DBOS, null, (round) => speed(bare, round) / speed(dbos, round)),
    row(CPU, DBOS, null, (round) => cpu(holdfast, round) / cpu(dbos, round)),
    row(`${CPU} of the bare shape`, DBOS, null, (round) => cpu(bare, round) / cpu(dbos, round)),
    row(ORDERS, '–', null, (round) => speed(holdfast, round)),
    row(`${ORDERS} on DBOS`, '–', null, (round) => speed(dbos, round)),
    ...cpuRows(holdfast, ''),
    ...cpuRows(dbos, ' on DBOS'),
    row(
      `${ORDERS}, by the ratio to no-ops`,
      "Temporal's reference order app, as measured",
      { least: 5 },
      (round) => byNoops(round) / (REFERENCE.orders / REFERENCE.noops),
    ),
  ];
}

const ORDERS = 'whole orders a second';
const CPU = 'CPU of all processes an order';
const DBOS = 'the same work on DBOS';
