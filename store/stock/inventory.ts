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
 * The stock of orders, except where the steps of the good path hold and commit it inside the database
 * (prisma/migrations/*_steps). Each function is one round trip to a database function (prisma/migrations/*_laws). It
 * does all or nothing and locks rows in SKU order. Digital products are never missing.
 */
export const inventory = {
  /**
   * Takes returned stock again from the available stock, or none: for an order that is shipped after all. It returns
   * the missing lines; an empty list means success.
   */
  async retake(tx: Tx, sessionId: SessionId, lines: StockLine[], at: Date): Promise<MissingStock[]> {
    const [row] = await tx.$queryRaw<[{ missing: MissingStock[] }]>`
      SELECT retake_stock(${sessionId}, ${JSON.stringify(lines)}::jsonb, ${at}) AS missing`;
    return row.missing;
  },

  /** Puts lines back and takes others, all or none. It returns the missing lines; an empty list means success. */
  async exchange(
    tx: Tx,
    sessionId: SessionId,
    { back, take, key, actor, at }: { back: StockLine[]; take: StockLine[]; key: string; actor: string; at: Date },
  ): Promise<MissingStock[]> {
    const [row] = await tx.$queryRaw<[{ missing: MissingStock[] }]>`
      SELECT exchange_stock(${sessionId}, ${JSON.stringify(back)}::jsonb, ${JSON.stringify(take)}::jsonb, ${key}, ${actor}, ${at})
        AS missing`;
    return row.missing;
  },

  /** Releases what is still held. `actor`: who had the order cancelled; `order` where its hold just ended. */
  async release(tx: Tx, sessionId: SessionId, at: Date, actor = 'order'): Promise<void> {
    await tx.$queryRaw`SELECT release_stock_by(${sessionId}, ${at}, ${actor})`;
  },

  /** Returns sold goods to stock, never more than were bought. Repeating the same `key` changes nothing. */
  async restock(tx: Tx, sessionId: SessionId, lines: StockLine[], key: string, actor: string, at: Date): Promise<void> {
    await tx.$queryRaw`SELECT restock(${sessionId}, ${JSON.stringify(lines)}::jsonb, ${key}, ${actor}, ${at})`;
  },
};
