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
 * @returns `paidAt` when the order was first seen paid; `first`: this call has turned it into a sale
 */
export async function commitOrder(
  db: Db,
  { sessionId, downloads, at }: CommitRequest,
): Promise<{ status: OrderStatus; missing: MissingStock[]; paidAt: Date | null; first: boolean }> {
  // What is read beside the function stands as it was before it: a statement does not see its own changes.
  const [{ committed }] = await db.$queryRaw<[{ committed: Committed | null }]>`
    SELECT commit_order(${sessionId}, ${downloads.allowed}::int, ${downloads.until}, ${at}) || (
      SELECT jsonb_build_object('before', o.status, 'paidAt', o.paid_at) FROM orders o WHERE o.session_id = ${sessionId}) AS committed`;
  const { status, missing, before, paidAt } = known(committed);
  return { status, missing, paidAt: paidAt === null ? null : new Date(paidAt), first: status !== before };
}

interface Committed {
  status: OrderStatus;
  missing: MissingStock[];
  before: OrderStatus;
  paidAt: string | null;
}
