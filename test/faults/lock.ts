import { Client } from 'pg';
import { until } from '../support/launched';
import type { System } from './system';

/** A row that the test keeps to itself, so that whoever wants to change it waits. */
export interface RowLock {
  /** Waits until somebody waits for it. */
  waitedFor(): Promise<void>;
  /** Does something with it before it is released. */
  run(sql: string, values: string[]): Promise<void>;
  release(): Promise<void>;
}

/** Locks what a query selects. `sql` ends with FOR UPDATE. */
export async function lockRow({ postgres }: System, sql: string, values: string[]): Promise<RowLock> {
  const [client, watcher] = [postgres.now, postgres.now].map(({ url }) => new Client({ connectionString: url })) as [
    Client,
    Client,
  ];
  await Promise.all([client.connect(), watcher.connect()]);
  await client.query('BEGIN');
  const { rowCount } = await client.query(sql, values);
  if (rowCount !== 1) throw new Error(`${sql}: ${rowCount} rows`);
  const holder = (await client.query('SELECT pg_backend_pid() AS pid')).rows[0].pid as number;
  return {
    // From another connection: within a transaction PostgreSQL shows the sessions that were there at its first look.
    waitedFor: async () => {
      const waiting = 'SELECT 1 FROM pg_stat_activity WHERE $1 = ANY (pg_blocking_pids(pid))';
      const isWaitedFor = async () => ((await watcher.query(waiting, [holder])).rowCount ?? 0) > 0;
      await until('somebody waiting for the row', isWaitedFor);
    },
    run: async (sql, values) => void (await client.query(sql, values)),
    release: async () => {
      await client.query('COMMIT');
      await Promise.all([client.end(), watcher.end()]);
    },
  };
}

/** The stock of a product: an order that holds or sells it waits. */
export const lockStock = (system: System, sku: string): Promise<RowLock> =>
  lockRow(system, 'SELECT 1 FROM stock_levels WHERE sku = $1 FOR UPDATE', [sku]);
