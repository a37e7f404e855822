import { PrismaPg } from '@prisma/adapter-pg';
import { PrismaClient } from '../prisma/generated/client';

export type Db = PrismaClient;
/** The client inside `db.$transaction(async (tx) => …)`. */
export type Tx = Parameters<Parameters<PrismaClient['$transaction']>[0]>[0];

/**
 * Connects to PostgreSQL through Prisma; the connection is made at the first query. A statement that waits longer than 5 s for a lock, or a
 * transaction whose process was frozen for 5 s, is given up by the server, so that one dead worker never holds everybody's stock.
 * @param connections how many connections this process may keep
 */
export function connectDatabase(url: string, connections = 10): Db {
  return new PrismaClient({
    adapter: new PrismaPg({
      connectionString: url,
      max: connections,
      connectionTimeoutMillis: 4_000,
      statement_timeout: 8_000,
      lock_timeout: 5_000,
      idle_in_transaction_session_timeout: 5_000,
    }),
  });
}
