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
  const client = new Client({ connectionString: postgres.now.url });
  await client.connect();
  await client.query('BEGIN');
  const { rowCount } = await client.query(sql, values);
  if (rowCount !== 1) throw new Error(`${sql}: ${rowCount} rows`);
  return {
    waitedFor: async () => {
      const waiting = 'SELECT 1 FROM pg_stat_activity WHERE pg_backend_pid() = ANY (pg_blocking_pids(pid))';
      await until('somebody waiting for the row', async () => ((await client.query(waiting)).rowCount ?? 0) > 0);
    },
    run: async (sql, values) => void (await client.query(sql, values)),
    release: async () => {
      await client.query('COMMIT');
      await client.end();
    },
  };
}

/** The stock of a product: an order that holds or sells it waits. */
export const lockStock = (system: System, sku: string): Promise<RowLock> =>
  lockRow(system, 'SELECT 1 FROM stock_levels WHERE sku = $1 FOR UPDATE', [sku]);
