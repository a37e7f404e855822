import { setTimeout as pause } from 'node:timers/promises';
import { Client } from 'pg';
import { SESSION } from './database';

/**
 * Why Holdfast cannot work through the pooler that DATABASE_URL leads to, in a sentence for people; null if it can. A
 * pooler in transaction mode lends a connection for one transaction only, and a pooler in any mode may drop the
 * settings that a connection starts with. Times would then be read in another zone, a dead worker's locks would stay,
 * and two migrations could run at once. Rejects if the database does not answer.
 */
export async function whyNotThroughPooler(url: string): Promise<string | null> {
  const [first, second] = [0, 1].map(() => new Client({ connectionString: url, ...SESSION })) as [Client, Client];
  for (const client of [first, second]) client.on('error', () => {}); // the query that is running fails too
  try {
    await first.connect();
    await second.connect();
    if (await isShared(first, second)) return TRANSACTIONS;
    const dropped = await droppedSettings(first);
    return dropped.length > 0 ? DROPS(dropped) : null;
  } catch (error) {
    const { code, message } = error as { code?: string; message: string };
    // PgBouncer refuses each parameter that it is not told to ignore, by name (https://www.pgbouncer.org/config.html).
    if (code === PROTOCOL_VIOLATION && message.includes('startup parameter')) return REFUSES(message);
    throw error;
  } finally {
    await Promise.allSettled([first.end(), second.end()]);
  }
}

/** Checks the connection as soon as the database answers, and calls `refuse` with the reason if it cannot be used. */
export async function whenPooled(url: string, isStopping: () => boolean, refuse: (why: string) => void): Promise<void> {
  while (!isStopping()) {
    try {
      const why = await whyNotThroughPooler(url);
      return why === null ? undefined : refuse(why);
    } catch {
      await pause(AGAIN_MS, undefined, { ref: false });
    }
  }
}

const AGAIN_MS = 5_000;

const PROTOCOL_VIOLATION = '08P01';

const INSTEAD = 'Set DATABASE_URL to the address of the database itself';
const TRANSACTIONS =
  'DATABASE_URL leads through a connection pooler in transaction mode, which Holdfast cannot use: ' +
  `it needs each connection for itself. ${INSTEAD}, or to a pool in session mode.`;
const REFUSES = (message: string) =>
  `DATABASE_URL leads through a connection pooler that refuses the settings of Holdfast's connections (${message}). ` +
  `${INSTEAD}.`;
const DROPS = (names: string[]) =>
  `DATABASE_URL leads through a connection pooler that drops ${names.join(', ')}. ` +
  `${INSTEAD}, or set ${names.length === 1 ? 'it' : 'them'} for its role with ALTER ROLE … SET, as in store/database.ts.`;

/** The settings that this connection does not have although it asked for them. */
async function droppedSettings(client: Client): Promise<string[]> {
  const { rows } = await client.query(`
    SELECT current_setting('TimeZone') = 'UTC' AS "TimeZone",
      current_setting('lock_timeout')::interval = interval '${SESSION.lock_timeout} ms' AS lock_timeout,
      current_setting('statement_timeout')::interval = interval '${SESSION.statement_timeout} ms' AS statement_timeout,
      current_setting('idle_in_transaction_session_timeout')::interval
        = interval '${SESSION.idle_in_transaction_session_timeout} ms' AS idle_in_transaction_session_timeout`);
  return Object.entries(rows[0]).flatMap(([name, kept]) => (kept ? [] : [name]));
}

/** How often two connections are compared: in a busy pool, the first look may find each at another backend. */
const LOOKS = 5;

/** Whether two open connections are served by the same backend, or one by several. */
async function isShared(first: Client, second: Client): Promise<boolean> {
  const seen = await backendOf(first);
  for (let look = 0; look < LOOKS; look++) {
    await second.query('BEGIN'); // keeps the backend that it was lent
    const other = await backendOf(second);
    const again = await backendOf(first);
    await second.query('COMMIT');
    if (other === seen || again !== seen) return true;
  }
  return false;
}

async function backendOf(client: Client): Promise<number> {
  const { rows } = await client.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
  return rows[0]?.pid ?? 0;
}
