import type { SessionId } from '../../domain/ids';
import type { RepairAction } from '../../domain/sweep';
import type { Db } from '../database';

/** An order that differs from what Stripe says. */
export interface Difference {
  sessionId: SessionId;
  action: RepairAction;
  /** The order's version when the difference was found; null if there was no order. */
  version: number | null;
}

/** Records that a sweep found these orders to differ. Safe to repeat: the first action recorded for an order stays. */
export async function noteDifferences(
  db: Db,
  { sweepId, differences }: { sweepId: string; differences: Difference[] },
): Promise<void> {
  await db.reconciliationRepair.createMany({
    data: differences.map((difference) => ({ ...difference, reconciliationId: sweepId })),
    skipDuplicates: true,
  });
}

/**
 * Records that a sweep has started the workflows of these orders again, or of what belongs to them. Safe to repeat.
 */
export async function noteRestarts(
  db: Db,
  { sweepId, sessions, action }: { sweepId: string; sessions: SessionId[]; action: 'restarted' | 'followed_again' },
): Promise<void> {
  if (sessions.length === 0) return;
  await db.reconciliationRepair.createMany({
    data: sessions.map((sessionId) => ({ reconciliationId: sweepId, sessionId, action, changed: true })),
    skipDuplicates: true,
  });
}

/**
 * Records which of the orders that a sweep woke are now correct, and drops those that turned out not to be ours.
 * Returns how many are left.
 */
export async function settleRepairs(db: Db, sweepId: string): Promise<number> {
  await db.$executeRaw`
    DELETE FROM reconciliation_repairs r USING stray_sessions s
    WHERE r.reconciliation_id = ${sweepId}::uuid AND NOT r.changed AND s.session_id = r.session_id`;
  await db.$executeRaw`
    UPDATE reconciliation_repairs r SET changed = true FROM orders o
    WHERE r.reconciliation_id = ${sweepId}::uuid AND NOT r.changed AND o.session_id = r.session_id AND CASE r.action
      WHEN 'taken_up' THEN o.status <> 'PENDING' OR o.payment_status = 'PROCESSING' OR o.attention_step IS NOT NULL
      WHEN 'paid' THEN o.status <> 'PENDING' OR (o.attention_step IS NOT NULL AND o.version <> r.version)
      WHEN 'given_back' THEN o.status = 'REFUNDED' OR o.payment_status = 'NO_PAYMENT_REQUIRED' OR o.attention_step IS NOT NULL
      WHEN 'payment_failed' THEN o.status <> 'PENDING'
      WHEN 'closed' THEN o.status <> 'PENDING' OR o.payment_status <> 'UNPAID'
      ELSE o.version <> r.version END`;
  return db.reconciliationRepair.count({ where: { reconciliationId: sweepId, changed: false } });
}

/** These are followed by their own workflows, so there is nothing to repair in the order's run. */
const BESIDE_THE_ORDER: RepairAction[] = ['refund_recorded', 'dispute_recorded'];

/** Orders that a sweep woke and that are still not correct, at most `limit`. */
export async function unsettledOrders(
  db: Db,
  { sweepId, limit }: { sweepId: string; limit: number },
): Promise<SessionId[]> {
  const rows = await db.reconciliationRepair.findMany({
    where: { reconciliationId: sweepId, changed: false, action: { notIn: BESIDE_THE_ORDER } },
    take: limit,
  });
  return rows.map(({ sessionId }) => sessionId as SessionId);
}

/** How many orders had a workflow started again by at least `times` sweeps that began after a time. */
export async function restartedOften(db: Db, { since, times }: { since: Date; times: number }): Promise<number> {
  const [{ count }] = await db.$queryRaw<[{ count: number }]>`
    SELECT count(*)::int AS count FROM (
      SELECT r.session_id FROM reconciliations s JOIN reconciliation_repairs r ON r.reconciliation_id = s.id
      WHERE s.started_at > ${since} AND r.action IN ('restarted', 'followed_again')
      GROUP BY r.session_id HAVING count(*) >= ${times}
    ) often`;
  return count;
}
