import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, statfsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import type { SessionId } from '../../domain/ids';
import { migrate } from '../../prisma/migrate';
import { stopAllGuarded } from '../../sandbox/guard';
import { startPostgres } from '../../sandbox/postgres';
import { connectDatabase, type Db } from '../../store/database';
import { writeHistory } from './history';
import { NEWEST } from './orders';

/** A shop that has been open for some time. */
export interface Shop {
  url: string;
  db: Db;
  /** How many orders it has had. */
  orders: number;
  /** Its time. */
  now: Date;
}

/** A shop with a short past and one with a long one, on the same server. */
export interface Shops {
  few: Shop;
  many: Shop;
  /** The server's log, for the plans that it writes there. */
  log: string;
  stop(): Promise<void>;
}

/**
 * Starts PostgreSQL as `npm start` does, with two databases in a folder of its own. Only the wait for the disk at each
 * commit is left out, which would hide what a statement takes. While the histories are written it is not durable.
 */
export async function openShops(orders: number): Promise<Shops> {
  if (orders <= NEWEST) throw new Error(`--past: more than ${NEWEST}`);
  requireSpace(orders);
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-bench-past-'));
  const log = join(folder, 'postgres.log');
  const place = { dataDir: join(folder, 'postgres'), logFile: log };
  const ends: (() => Promise<void>)[] = [];
  const stop = async () => {
    for (const signal of SIGNALS) process.off(signal, interrupted);
    for (const end of ends.splice(0).reverse()) await end();
    await stopAllGuarded(0);
    rmSync(folder, { recursive: true, force: true });
  };
  // The folder is too large to be left behind.
  const interrupted = () => void stop().finally(() => process.exit(1));
  for (const signal of SIGNALS) process.on(signal, interrupted);
  try {
    const now = new Date();
    const writer = await startPostgres({ ...place, disposable: true });
    await migrate(writer.url);
    await writeShop(writer.url, 'few', { orders: NEWEST, now });
    await writeShop(writer.url, 'many', { orders, now });
    await writer.stop();
    const server = await startPostgres(place);
    const open = (name: string, size: number): Shop => {
      const url = databaseOf(server.url, name);
      const db = connectDatabase(url, 1);
      ends.push(() => db.$disconnect());
      return { url, db, orders: size, now };
    };
    return { few: open('few', NEWEST), many: open('many', orders), log, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
/** Bytes of disk for each order, with some to spare. */
const BYTES_AN_ORDER = 15_000;

function requireSpace(orders: number): void {
  const { bavail, bsize } = statfsSync(tmpdir());
  if (bavail * bsize < orders * BYTES_AN_ORDER)
    throw new Error(`${tmpdir()} has too little space: ${orders} orders need ${(orders * BYTES_AN_ORDER) / 1e9} GB`);
}

async function writeShop(serverUrl: string, name: string, history: { orders: number; now: Date }): Promise<void> {
  const began = performance.now();
  await onServer(databaseOf(serverUrl, 'postgres'), async (client) => {
    await client.query(`CREATE DATABASE ${name} TEMPLATE holdfast`);
    await client.query(`ALTER DATABASE ${name} SET synchronous_commit = off`);
  });
  const url = databaseOf(serverUrl, name);
  await writeHistory(url, history);
  const seconds = ((performance.now() - began) / 1000).toFixed(1);
  console.log(`A history of ${history.orders} orders: ${seconds} s, ${await sizeOf(url)}`);
}

/** The session of an order by its age, as `pastTable` makes it. */
export const sessionOf = (age: number): SessionId => `cs_test_a1${md5(`s${age}`)}${md5(`${age}`)}` as SessionId;
export const paymentOf = (age: number): string => `pi_3${md5(`p${age}`)}`;
export const refundOf = (age: number): string => `re_3${md5(`r${age}`)}`;
/** Its checkout, parcel or download. */
export const uuidOf = (age: number): string =>
  md5(`u${age}`).replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');

const md5 = (text: string): string => createHash('md5').update(text).digest('hex');

function databaseOf(serverUrl: string, name: string): string {
  const url = new URL(serverUrl);
  url.pathname = name;
  return url.href;
}

const sizeOf = (url: string): Promise<string> =>
  onServer(url, async (client) => {
    const { rows } = await client.query('SELECT pg_size_pretty(pg_database_size(current_database())) AS size');
    return rows[0].size;
  });

/** Runs something on a connection of its own. */
export async function onServer<T>(url: string, use: (client: Client) => Promise<T>): Promise<T> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    return await use(client);
  } finally {
    await client.end();
  }
}
