import type { SessionId } from '../../domain/ids';
import { REASONS } from '../../domain/order';
import { isReversed, type Refund, type RestockLine } from '../../domain/refund';
import type { Refund as RefundRow } from '../../prisma/generated/client';
import type { Db, Tx } from '../database';

/** All refunds of an order, no matter who requested them or how they ended. */
export async function refundsOf(db: Db | Tx, sessionId: SessionId): Promise<Refund[]> {
  const rows = await db.refund.findMany({ where: { sessionId } });
  if (!rows.some(({ status }) => isReversed(status))) return rows.map(toRefund);
  const returns = await db.orderReturn.findMany({ where: { sessionId }, select: { refundKey: true } });
  const keys = new Set(returns.map(({ refundKey }) => refundKey));
  return rows.map((row) => ({ ...toRefund(row), ofReturn: keys.has(row.key) }));
}

export const toRefund = ({ amount, reason, restock, refusal, refusalReason, ...row }: RefundRow): Refund => ({
  key: row.key,
  sessionId: row.sessionId as SessionId,
  origin: row.origin,
  requestKey: row.requestKey,
  retryOf: row.retryOf,
  stripeId: row.stripeId,
  status: row.status,
  amount: amount === null ? null : Number(amount),
  reason: REASONS.find((one) => one === reason) ?? 'other',
  actor: row.actor,
  attempt: row.attempt,
  restock: (restock ?? []) as unknown as RestockLine[],
  refusal: refusal === null ? null : { code: refusal, reason: refusalReason ?? '' },
  refusedAt: row.refusedAt,
  refusals: row.refusals,
  answeredAt: row.answeredAt,
  createdAt: row.createdAt,
  updatedAt: row.updatedAt,
});
