import type { SessionId } from '../../domain/ids';
import type { ToldRefund } from '../../domain/order-snapshot';
import { Prisma } from '../../prisma/generated/client';

/** What the part of a statement that `toldRefunds` makes says of each refund. The time is a string. */
export type ToldColumns = Omit<ToldRefund, 'at'> & { at: string };

/**
 * The part of a statement that tells of an order's latest twenty refunds, oldest first: each that Stripe has made or
 * refuses for good, or that staff have resolved. A request that a rule refused was answered at once.
 */
export const toldRefunds = (sessionId: SessionId): Prisma.Sql => Prisma.sql`(
  SELECT coalesce(jsonb_agg(jsonb_build_object('key', r.key, 'amount', r.amount, 'status', r.status,
    'origin', r.origin, 'reason', r.reason, 'restock', coalesce(r.restock, '[]'), 'failureReason', r.failure_reason, 'at', r.updated_at) ORDER BY r.updated_at, r.key), '[]')
  FROM (SELECT * FROM refunds
    WHERE session_id = ${sessionId} AND status <> 'requested' AND (status <> 'refused' OR refused_at IS NOT NULL)
    ORDER BY updated_at DESC, key LIMIT 20) r)`;
