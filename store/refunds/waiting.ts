import type { SessionId } from '../../domain/ids';
import { isFinal, ORDER_STATUSES } from '../../domain/order';
import { type Refund, requestOf } from '../../domain/refund';
import type { Db } from '../database';
import { toRefund } from './rows';

/** A request by staff that waits for Stripe's answer, for the workflow that asks for it. */
export interface WaitingRequest {
  sessionId: SessionId;
  requestKey: string;
  request: ReturnType<typeof requestOf>;
}

/** A refund that waits for Stripe's answer. Without a key: all that is left of an order that has ended. */
export type WaitingRefund = WaitingRequest | { sessionId: SessionId; requestKey: null };

/**
 * Refunds that wait for Stripe and were last tried before a time, at most `limit`, longest first: requests by staff,
 * and all that is left of an order that has ended. While an order has not ended, its own run asks for that.
 */
export async function refundsSilentSince(
  db: Db,
  { since, limit }: { since: Date; limit: number },
): Promise<(WaitingRefund & { currency: string })[]> {
  const rows = await db.refund.findMany({
    where: {
      ...{ status: 'requested', updatedAt: { lt: since } },
      OR: [{ origin: 'STAFF' }, { origin: 'COMPENSATION', order: { status: { in: FINAL } } }],
    },
    orderBy: { updatedAt: 'asc' },
    take: limit,
  });
  return rows.map((row) => ({ ...waitingOf(toRefund(row)), currency: row.currency }));
}

const FINAL = ORDER_STATUSES.filter(isFinal);

export const waitingOf = ({ sessionId, requestKey, ...refund }: Refund): WaitingRefund =>
  requestKey === null ? { sessionId, requestKey } : { sessionId, requestKey, request: requestOf(refund) };

export const isByStaff = (waiting: WaitingRefund): waiting is WaitingRequest => waiting.requestKey !== null;
