import type { SessionId } from '../../domain/ids';
import type { OrderStatus } from '../../domain/order';
import type { Db } from '../database';
import type { MissingStock } from '../stock/inventory';
import { known } from './snapshot';

export interface CommitRequest {
  sessionId: SessionId;
  /** How often each download can be used, and until when. */
  downloads: { allowed: number; until: Date };
  at: Date;
}

/**
 * Turns the hold of a paid order into a sale (or takes the stock again if the hold is gone), grants the downloads, and
 * sets the status: `COMPLETED` if everything is digital, otherwise `PREPARING`. If stock is missing, or staff
 * want the order cancelled, nothing changes. Safe to repeat. One round trip.
 */
export async function commitOrder(
  db: Db,
  { sessionId, downloads, at }: CommitRequest,
): Promise<{ status: OrderStatus; missing: MissingStock[] }> {
  const [{ committed }] = await db.$queryRaw<[{ committed: { status: OrderStatus; missing: MissingStock[] } | null }]>`
    SELECT commit_order(${sessionId}, ${downloads.allowed}::int, ${downloads.until}, ${at}) AS committed`;
  return known(committed);
}
