import type { SessionId } from '../../domain/ids';
import type { Tx } from '../database';

/** A line of stock: how many of what. */
export interface StockLine {
  sku: string;
  quantity: number;
}

/** What could not be had. */
export interface MissingStock {
  sku: string;
  requested: number;
  available: number;
}

/**
 * The stock of orders. Each is one round trip to a function in the database (prisma/migrations/*_laws), all or nothing, safe to repeat, with
 * rows locked in SKU order. They answer what is missing; an empty list means done. Digital goods are never missing.
 */
export const inventory = {
  /** What cannot be had at this moment. */
  async missing(tx: Tx, lines: StockLine[]): Promise<MissingStock[]> {
    const [row] = await tx.$queryRaw<[{ missing: MissingStock[] }]>`
      SELECT lock_and_find_missing(${JSON.stringify(lines)}::jsonb) AS missing`;
    return row.missing;
  },

  /** Puts every line aside until `until`, or none. */
  async hold(tx: Tx, sessionId: SessionId, lines: StockLine[], until: Date, at: Date): Promise<MissingStock[]> {
    const [row] = await tx.$queryRaw<[{ missing: MissingStock[] }]>`
      SELECT hold_stock(${sessionId}, ${JSON.stringify(lines)}::jsonb, ${until}, ${at}) AS missing`;
    return row.missing;
  },

  /** Turns the hold into a sale; where there is none any more, takes every line from what is free, or none. */
  async commit(tx: Tx, sessionId: SessionId, lines: StockLine[], at: Date): Promise<MissingStock[]> {
    const [row] = await tx.$queryRaw<[{ missing: MissingStock[] }]>`
      SELECT commit_stock(${sessionId}, ${JSON.stringify(lines)}::jsonb, ${at}) AS missing`;
    return row.missing;
  },

  /** Takes what was given back once more from what is free, or nothing: for an order that is to be shipped after all. */
  async retake(tx: Tx, sessionId: SessionId, lines: StockLine[], at: Date): Promise<MissingStock[]> {
    const [row] = await tx.$queryRaw<[{ missing: MissingStock[] }]>`
      SELECT retake_stock(${sessionId}, ${JSON.stringify(lines)}::jsonb, ${at}) AS missing`;
    return row.missing;
  },

  /** Gives back what is still put aside. */
  async release(tx: Tx, sessionId: SessionId, at: Date): Promise<void> {
    await tx.$queryRaw`SELECT release_stock(${sessionId}, ${at})`;
  },

  /** Puts sold goods back on the shelf, never more than were bought. The same `key` again changes nothing. */
  async restock(tx: Tx, sessionId: SessionId, lines: StockLine[], key: string, actor: string, at: Date): Promise<void> {
    await tx.$queryRaw`SELECT restock(${sessionId}, ${JSON.stringify(lines)}::jsonb, ${key}, ${actor}, ${at})`;
  },
};
