import type { Pool } from 'pg';
import type { SessionId } from '../../domain/ids';
import type { Db } from '../../store/database';
import { commitOrder } from '../../store/orders/commit';
import { openOrder } from '../../store/orders/open';

/** One way to hold the stock of a checkout and to sell what is held. */
export interface Way {
  /** @throws SoldOut */
  hold(session: SessionId): Promise<void>;
  sell(session: SessionId): Promise<void>;
}

export class SoldOut extends Error {
  override readonly name = 'SoldOut';
}

const ALLOWED = 5;
const downloadsUntil = () => new Date(Date.now() + 604_800_000);

/** By the store's functions, as the worker's activities call them. */
export const productWay = (db: Db): Way => ({
  hold: async (sessionId) => {
    requireHeld((await openOrder(db, { sessionId, hold: true, at: new Date() }))?.missing);
  },
  sell: async (sessionId) => {
    const downloads = { allowed: ALLOWED, until: downloadsUntil() };
    requireSold((await commitOrder(db, { sessionId, downloads, at: new Date() })).status);
  },
});

/** By the same statements, straight through `pg`. */
export const bareWay = (pool: Pool): Way => ({
  hold: async (session) => {
    const statement = { name: 'open', text: 'SELECT open_order($1, true, $2) AS opened' };
    const { rows } = await pool.query({ ...statement, values: [session, new Date()] });
    requireHeld(rows[0].opened?.missing);
  },
  sell: async (session) => {
    const statement = { name: 'commit', text: 'SELECT commit_order($1, $2, $3, $4) AS committed' };
    const { rows } = await pool.query({ ...statement, values: [session, ALLOWED, downloadsUntil(), new Date()] });
    requireSold(rows[0].committed?.status);
  },
});

/**
 * The least that can hold and sell: one conditional update and one row, without an order, a ledger or anything else
 * that makes an order right. On tables of its own, for the product's may only be changed by a movement.
 */
export async function leastWay(pool: Pool, sku: string, units: number): Promise<Way> {
  await pool.query(`
    CREATE SCHEMA least;
    CREATE TABLE least.levels (sku text PRIMARY KEY, on_hand int NOT NULL, held int NOT NULL, CHECK (0 <= held AND held <= on_hand));
    CREATE TABLE least.holds (session_id text PRIMARY KEY, sku text NOT NULL, sold boolean NOT NULL)`);
  await pool.query('INSERT INTO least.levels VALUES ($1, $2, 0)', [sku, units]);
  return {
    hold: async (session) => {
      const { rowCount } = await pool.query({ name: 'least-hold', text: LEAST_HOLD, values: [sku, session] });
      if (rowCount !== 1) throw new SoldOut();
    },
    sell: async (session) => {
      const { rowCount } = await pool.query({ name: 'least-sale', text: LEAST_SALE, values: [session] });
      if (rowCount !== 1) throw new Error(`${session} was not held`);
    },
  };
}

const LEAST_HOLD = `
  WITH taken AS (UPDATE least.levels SET held = held + 1 WHERE sku = $1 AND on_hand - held >= 1 RETURNING sku)
  INSERT INTO least.holds SELECT $2, sku, false FROM taken`;
const LEAST_SALE = `
  WITH sold AS (UPDATE least.holds SET sold = true WHERE session_id = $1 AND NOT sold RETURNING sku)
  UPDATE least.levels l SET on_hand = on_hand - 1, held = held - 1 FROM sold WHERE l.sku = sold.sku`;

function requireHeld(missing: unknown[] | undefined): void {
  if (missing === undefined) throw new Error('the checkout is not known');
  if (missing.length > 0) throw new SoldOut();
}

function requireSold(status: string | undefined): void {
  if (status !== 'PREPARING') throw new Error(`an order was not sold: it is ${status}`);
}
