import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import { type Postgres, startPostgres } from '../sandbox/postgres';
import { ONE_ROW, PLACES, type Place, UNCOUNTED } from './buckets-places';
import { createSimulation, requireExact, restock } from './buckets-schema';
import { cpuOf } from './cpu';
import type { Figure } from './figures';
import { inFlight } from './load';

/** Shoppers at a time, each with a connection. */
const AT_ONCE = 50;
/** More want one of these than there are. */
const LAST = { units: 200, shoppers: 500 };
/** What a flash sale may want of one product. */
const GOAL = 10_000;

/**
 * A simulation of designs that the product does not have: holds a second on one hot product, where its stock is one
 * row, several rows, or a row for each unit. It has a PostgreSQL and tables of its own. The designs take turns.
 * @param size holds a round in each design are 50 times this
 * @throws if more was held than there is, or the rows, the holds and the ledger do not agree
 */
export async function buckets({ rounds, size }: { rounds: number; size: number }): Promise<Figure[]> {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-bench-'));
  const postgres = await startPostgres({ dataDir: folder });
  const clients = Array.from({ length: AT_ONCE }, () => new Client({ connectionString: postgres.url }));
  try {
    await Promise.all(clients.map((client) => client.connect()));
    await createSimulation(clients[0] as Client);
    for (const place of PLACES) if (place !== UNCOUNTED) await sellOut(clients, place);
    const speeds = new Map<Place, Speed[]>(PLACES.map((place) => [place, []]));
    for (let round = 0; round < rounds; round++) {
      for (const [index] of PLACES.entries()) {
        const place = PLACES[(index + round) % PLACES.length] as Place;
        speeds.get(place)?.push(await race(clients, postgres, place, size * AT_ONCE));
      }
    }
    return figures(speeds);
  } finally {
    await Promise.allSettled(clients.map((client) => client.end()));
    await postgres.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

interface Speed {
  perSecond: number;
  /** Processor time of PostgreSQL, and of this process, for each hold, in milliseconds. */
  postgresMs: number;
  clientMs: number;
}

/** As many holds as are asked for, of twice as many units. */
async function race(clients: Client[], postgres: Postgres, place: Place, holds: number): Promise<Speed> {
  await restock(clients[0] as Client, place, holds * 2);
  const before = { postgres: cpuOf(postgres.process.pid), client: process.cpuUsage() };
  const { perSecond, held } = await hold(clients, place, holds);
  const postgresMs = ((cpuOf(postgres.process.pid) ?? Number.NaN) - (before.postgres ?? Number.NaN)) / holds;
  const { user, system } = process.cpuUsage(before.client);
  if (held !== holds) throw new Error(`${place.name}: ${held} of ${holds} were held although there was enough`);
  await requireExact(clients[0] as Client, place, holds);
  return { perSecond, postgresMs, clientMs: (user + system) / 1000 / holds };
}

/** More shoppers than units: exactly the units are held, and everybody else is told so. */
async function sellOut(clients: Client[], place: Place): Promise<void> {
  await restock(clients[0] as Client, place, LAST.units);
  const { held } = await hold(clients, place, LAST.shoppers, UNEVENLY);
  if (held !== LAST.units) throw new Error(`${place.name}: ${held} of the last ${LAST.units} units were held`);
  await requireExact(clients[0] as Client, place, LAST.units);
}

/** Every fourth bucket only is where shoppers begin, so that the last units are found only by looking further. */
const UNEVENLY = 4;

/** Each connection serves one shopper after the other. */
async function hold(
  clients: Client[],
  place: Place,
  shoppers: number,
  step = 1,
): Promise<{ perSecond: number; held: number }> {
  const idle = [...clients];
  const holder = place.holder(() => {
    const client = idle.pop();
    if (!client) throw new Error('more holds at once than connections');
    return { client, giveBack: () => idle.push(client) };
  });
  const { perSecond, answers } = await inFlight(shoppers, AT_ONCE, (shopper) => holder(shopper * step));
  return { perSecond, held: answers.filter(Boolean).length };
}

function figures(speeds: Map<Place, Speed[]>): Figure[] {
  const bench = 'buckets';
  const oneRow = speeds.get(ONE_ROW) ?? [];
  return [...speeds].flatMap(([place, own]) => {
    const what = `holds a second, ${place.name}`;
    const ratios = own.map(({ perSecond }, round) => perSecond / (oneRow[round]?.perSecond ?? Number.NaN));
    const reported = { bench, beside: '–', reach: null };
    return [
      ...(place === ONE_ROW ? [] : [{ bench, what, beside: ONE_ROW.name, reach: null, values: ratios }]),
      { ...reported, what, reach: place.isDesign ? { least: GOAL } : null, values: own.map((one) => one.perSecond) },
      { ...reported, what: `CPU of PostgreSQL a hold, ${place.name}, ms`, values: own.map((one) => one.postgresMs) },
      { ...reported, what: `CPU of the client a hold, ${place.name}, ms`, values: own.map((one) => one.clientMs) },
    ];
  });
}
