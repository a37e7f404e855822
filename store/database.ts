import { PrismaPg } from '@prisma/adapter-pg';
import { Pool } from 'pg';
import { PrismaClient } from '../prisma/generated/client';
import { tracedAdapter } from './traced-adapter';

export type Db = PrismaClient;
/** The client inside `db.$transaction(async (tx) => …)`. */
export type Tx = Parameters<Parameters<PrismaClient['$transaction']>[0]>[0];

/**
 * What every connection starts with. The server gives up a statement that waits longer than 5 s for a lock, and a
 * transaction that is idle for 5 s because its process froze, so that one dead worker never keeps stock locked for
 * everybody. The session's zone is UTC, whatever the server's is: Prisma's adapter sends times without an offset
 * (`formatDateTime` in @prisma/adapter-pg), and the steps answer times in JSON.
 *
 * `query_timeout` is the client's own: a server or a network that is frozen keeps none of the other limits. It is a
 * little longer than the server's, so that a server that works says itself what took too long.
 */
export const SESSION = {
  connectionTimeoutMillis: 4_000,
  statement_timeout: 8_000,
  query_timeout: 9_000,
  lock_timeout: 5_000,
  idle_in_transaction_session_timeout: 5_000,
  options: '-c TimeZone=UTC',
};

/** The most connections a process keeps open. An API has three pools: shoppers and staff, downloads, and tables. */
export const CONNECTIONS = { worker: 20, api: 10, downloads: 3, tables: 2 };

/**
 * Connects to PostgreSQL through Prisma. The first query opens the connection.
 * @param connections how many connections this process may keep open
 */
export function connectDatabase(url: string, connections = CONNECTIONS.api): Db {
  const pool = new Pool({ connectionString: url, max: connections, ...SESSION });
  const db = new PrismaClient({ adapter: tracedAdapter(new PrismaPg(pool, { disposeExternalPool: true })) });
  POOLS.set(db, pool);
  return db;
}

/** The connections of one client: those in use, those that are kept, and the statements that wait for one. */
export interface PoolState {
  limit: number;
  used: number;
  idle: number;
  waiting: number;
}

const POOLS = new WeakMap<Db, Pool>();

/** How the pool of a client stands; null if `connectDatabase` did not make it. */
export function poolOf(db: Db): PoolState | null {
  const pool = POOLS.get(db);
  if (pool === undefined) return null;
  const { totalCount, idleCount: idle, waitingCount: waiting, options } = pool;
  return { limit: options.max, used: totalCount - idle, idle, waiting };
}
