import { Pool } from 'pg';
import type { SessionId } from '../domain/ids';
import { connectDatabase, SESSION } from '../store/database';
import { cpuOf } from './cpu';
import type { Figure } from './figures';
import { inFlight } from './load';
import { requireConserved } from './stock/conserved';
import { Deadlocks } from './stock/deadlocks';
import { stockUp, threeOf, writeCheckouts } from './stock/records';
import { type Speed, Speeds } from './stock/speeds';
import { bareWay, leastWay, productWay, SoldOut, type Way } from './stock/ways';
import type { System } from './system';

const AT_ONCE = 50;
/** As many as a worker opens (worker/start.ts). */
const CONNECTIONS = 20;
const HOT = 'bench-stock-hot';
const MANY = Array.from({ length: 1000 }, (_, index) => `bench-stock-${String(index).padStart(3, '0')}`);
/** More than all rounds together ask for. */
const PLENTY = 10_000_000;
/** The last units of a product, and how many shoppers want one each. */
const LAST = { sku: 'bench-stock-last', units: 50, shoppers: 200 };

/**
 * Holds and sales a second, 50 at a time, by the functions that the worker calls, beside the same statements straight
 * through `pg` with as many connections. They take turns. A bare hold, which writes no order, is shown besides.
 * @param size orders a round, for each that takes a turn
 * @throws if stock was oversold, does not add up to its movements, or two statements waited for each other in a circle
 */
export async function stock(system: System, { rounds, size }: { rounds: number; size: number }): Promise<Figure[]> {
  const { db, postgres } = system;
  const own = connectDatabase(postgres.url, CONNECTIONS);
  const pool = new Pool({ connectionString: postgres.url, max: CONNECTIONS, ...SESSION });
  try {
    await stockUp(db, [HOT, ...MANY], PLENTY);
    await stockUp(db, [LAST.sku], LAST.units);
    const deadlocks = await Deadlocks.since(pool);
    const ways = { ours: productWay(own), bare: bareWay(pool), least: await leastWay(pool, HOT, PLENTY) };
    const all = Object.values(ways);
    const withOrders = [ways.ours, ways.bare];
    const expected = { held: 0, sold: 0 };

    const run = async (sessions: SessionId[], act: (session: SessionId) => Promise<void>): Promise<Speed> => {
      const before = cpuOf(postgres.process.pid) ?? Number.NaN;
      const { perSecond } = await inFlight(sessions.length, AT_ONCE, (index) =>
        deadlocks.counted(() => act(sessions[index] as SessionId)),
      );
      const postgresMs = ((cpuOf(postgres.process.pid) ?? Number.NaN) - before) / sessions.length;
      return { perSecond, postgresMs };
    };
    const holdAndSell = async (way: Way, count: number): Promise<[Speed, Speed]> => {
      const sessions = await writeCheckouts(db, count, () => [HOT]);
      const held = await run(sessions, way.hold);
      const sold = await run(sessions, way.sell);
      if (way !== ways.least) expected.sold += count;
      return [held, sold];
    };
    const threeSkus = threeOf(MANY);
    const holdMany = async (way: Way, count: number): Promise<Speed> => {
      const held = await run(await writeCheckouts(db, count, threeSkus), way.hold);
      expected.held += 3 * count;
      return held;
    };

    for (const way of all) await holdAndSell(way, AT_ONCE * 2); // opens the connections
    for (const way of withOrders) await holdMany(way, AT_ONCE * 2);
    const speeds = new Speeds();
    for (let round = 0; round < rounds; round++) {
      for (const way of inTurn(all, round)) {
        const [held, sold] = await holdAndSell(way, size);
        speeds.add('holds on one hot SKU', way, held);
        speeds.add('sales on one hot SKU', way, sold);
      }
      for (const way of inTurn(withOrders, round))
        speeds.add('holds on 1,000 SKUs, 3 lines each', way, await holdMany(way, size));
    }

    await sellOut(system, ways.ours, deadlocks);
    await requireConserved(db, 'bench-stock-', { ...expected, held: expected.held + LAST.units });
    await deadlocks.requireNone();
    return speeds.figures(ways);
  } finally {
    await Promise.all([own.$disconnect(), pool.end()]);
  }
}

/** Another one begins each round, so that none always has the smaller tables. */
const inTurn = <T>(all: T[], round: number): T[] => all.map((_, index) => all[(index + round) % all.length] as T);

/** Exactly as many are held as there are. */
async function sellOut({ db }: System, { hold }: Way, deadlocks: Deadlocks): Promise<void> {
  const sessions = await writeCheckouts(db, LAST.shoppers, () => [LAST.sku]);
  const { answers } = await inFlight(LAST.shoppers, AT_ONCE, (index) =>
    deadlocks
      .counted(() => hold(sessions[index] as SessionId))
      .then(
        () => true,
        (error: unknown) => {
          if (error instanceof SoldOut) return false;
          throw error;
        },
      ),
  );
  const held = answers.filter(Boolean).length;
  if (held !== LAST.units) throw new Error(`${held} of the last ${LAST.units} units were held`);
}
