import { setTimeout as pause } from 'node:timers/promises';
import { Client } from 'pg';

/** Runs something on a connection of its own, which ends with it. */
export async function connected<T>(connectionString: string, use: (client: Client) => Promise<T>): Promise<T> {
  const client = new Client({ connectionString });
  try {
    await client.connect();
  } catch (error) {
    // A name with several addresses fails once for each, in an error without a message.
    const [first = error] = error instanceof AggregateError ? error.errors : [];
    throw new Error(`The database cannot be used: ${(first as Error).message}`, { cause: error });
  }
  try {
    return await use(client);
  } finally {
    await client.end();
  }
}

/**
 * Waits for the lock of another migration, and holds it until the connection or the transaction ends. Prisma's own
 * command line takes the same number. A statement that waits inside PostgreSQL would keep its snapshot meanwhile, and
 * CREATE INDEX CONCURRENTLY, run by the holder of the lock, waits for every older snapshot: the two would deadlock.
 */
export async function untilAlone(client: Client, until: 'connection ends' | 'transaction ends'): Promise<void> {
  const lock = until === 'connection ends' ? 'pg_try_advisory_lock' : 'pg_try_advisory_xact_lock';
  for (;;) {
    const { rows } = await client.query(`SELECT ${lock}(72707369) AS alone`);
    if (rows[0].alone) return;
    await pause(LOCK_PAUSE_MS);
  }
}

const LOCK_PAUSE_MS = 100;
