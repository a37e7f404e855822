import type { SessionId } from '../../domain/ids';
import type { OpenRefund, ToldRefund } from '../../domain/order-snapshot';
import { openRefundsOf, type RefundOrigin } from '../../domain/refund';
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

/** A refund of an order one of whose refunds has failed. Times are strings. */
export interface TriedColumns {
  key: string;
  origin: RefundOrigin;
  retryOf: string | null;
  ofReturn: boolean;
  stripeId: string | null;
  status: string;
  amount: number | null;
  failureReason: string | null;
  refusedAt: string | null;
  answeredAt: string | null;
  createdAt: string;
  updatedAt: string;
}

/** The part of a statement that tells of all refunds of an order, if one of them has failed; null otherwise. */
export const triedRefunds = (sessionId: SessionId): Prisma.Sql => Prisma.sql`(
  SELECT CASE WHEN bool_or(r.status IN ('failed', 'canceled')) THEN jsonb_agg(jsonb_build_object('key', r.key,
    'origin', r.origin, 'retryOf', r.retry_of, 'stripeId', r.stripe_id, 'status', r.status, 'amount', r.amount,
    'ofReturn', EXISTS (SELECT 1 FROM returns b WHERE b.session_id = r.session_id AND b.refund_key = r.key),
    'failureReason', r.failure_reason, 'refusedAt', r.refused_at, 'answeredAt', r.answered_at,
    'createdAt', r.created_at, 'updatedAt', r.updated_at) ORDER BY r.created_at, r.key) END
  FROM refunds r WHERE r.session_id = ${sessionId})`;

/** Those of them that are still open, as the order's workflow is told of them. */
export const openAmong = (tried: TriedColumns[], refundable: number): OpenRefund[] =>
  openRefundsOf(
    tried.map(({ refusedAt, answeredAt, createdAt, updatedAt, ...refund }) => ({
      ...refund,
      refusedAt: refusedAt === null ? null : new Date(refusedAt),
      answeredAt: answeredAt === null ? null : new Date(answeredAt),
      createdAt: new Date(createdAt),
      updatedAt: new Date(updatedAt),
    })),
    refundable,
  ).map(({ key, stripeId, amount, status, failureReason }) => ({
    ...{ key, id: stripeId, amount, status },
    ...(failureReason !== null && { failureReason }),
  }));
