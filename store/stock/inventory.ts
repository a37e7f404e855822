import type { SessionId } from '../../domain/ids';
import type { Tx } from '../database';

/** A SKU and a quantity. */
export interface StockLine {
  sku: string;
  quantity: number;
}

/** A line that is not available in full. */
export interface MissingStock {
  sku: string;
  requested: number;
  available: number;
}

/**
 * The stock of orders. Each function is one round trip to a database function (prisma/migrations/*_laws). It does all
 * or nothing, is safe to repeat, and locks rows in SKU order. It returns the missing lines; an empty list means
 * success. Digital products are never missing.
 */
export const inventory = {
  /** The lines that are not available at this moment. */
  async missing(tx: Tx, lines: StockLine[]): Promise<MissingStock[]> {
    const [row] = await tx.$queryRaw<[{ missing: MissingStock[] }]>`
      SELECT lock_and_find_missing(${JSON.stringify(lines)}::jsonb) AS missing`;
    return row.missing;
  },

  /** Holds every line until `until`, or none. */
  async hold(tx: Tx, sessionId: SessionId, lines: StockLine[], until: Date, at: Date): Promise<MissingStock[]> {
    const [row] = await tx.$queryRaw<[{ missing: MissingStock[] }]>`
      SELECT hold_stock(${sessionId}, ${JSON.stringify(lines)}::jsonb, ${until}, ${at}) AS missing`;
    return row.missing;
  },

  /** Turns the hold into a sale. If the hold is gone, takes every line from the available stock, or none. */
  async commit(tx: Tx, sessionId: SessionId, lines: StockLine[], at: Date): Promise<MissingStock[]> {
    const [row] = await tx.$queryRaw<[{ missing: MissingStock[] }]>`
      SELECT commit_stock(${sessionId}, ${JSON.stringify(lines)}::jsonb, ${at}) AS missing`;
    return row.missing;
  },

  /** Takes returned stock again from the available stock, or none: for an order that is shipped after all. */
  async retake(tx: Tx, sessionId: SessionId, lines: StockLine[], at: Date): Promise<MissingStock[]> {
    const [row] = await tx.$queryRaw<[{ missing: MissingStock[] }]>`
      SELECT retake_stock(${sessionId}, ${JSON.stringify(lines)}::jsonb, ${at}) AS missing`;
    return row.missing;
  },

  /** Releases what is still held. */
  async release(tx: Tx, sessionId: SessionId, at: Date): Promise<void> {
    await tx.$queryRaw`SELECT release_stock(${sessionId}, ${at})`;
  },

  /** Returns sold goods to stock, never more than were bought. Repeating the same `key` changes nothing. */
  async restock(tx: Tx, sessionId: SessionId, lines: StockLine[], key: string, actor: string, at: Date): Promise<void> {
    await tx.$queryRaw`SELECT restock(${sessionId}, ${JSON.stringify(lines)}::jsonb, ${key}, ${actor}, ${at})`;
  },
};
