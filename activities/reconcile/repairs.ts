import type { SessionId } from '../../domain/ids';
import type { OrderStatus } from '../../domain/order';
import type { RepairAction } from '../../domain/sweep';
import type { Db } from '../../store/database';
import type { Deps } from '../deps';

/** An order that is seen to differ from what Stripe says. */
export interface Difference {
  sessionId: SessionId;
  action: RepairAction;
  /** The order's version as it was seen; null: there was no order. */
  version: number | null;
}

/**
 * Wakes the order of each difference, written down first, so that the sweep can tell afterwards what became of it. An order that had ended is
 * started again: it was seen to differ.
 */
export async function repair(
  deps: Deps,
  id: string,
  differences: Difference[],
  wake: (difference: Difference) => Promise<unknown> = ({ sessionId }) => deps.door.order(sessionId, { again: true }),
): Promise<void> {
  if (differences.length === 0) return;
  await deps.db.reconciliationRepair.createMany({
    data: differences.map((difference) => ({ ...difference, reconciliationId: id })),
    skipDuplicates: true,
  });
  for (const difference of differences) await wake(difference);
}

/** What the sweep woke, and whether it came right. */
export const repairs = ({ db, door }: Deps) => ({
  /** Notes which of the orders that were woken have come right; answers how many have not yet. */
  async settleRepairs({ id }: { id: string }): Promise<number> {
    await db.$executeRaw`
      DELETE FROM reconciliation_repairs r USING stray_sessions s
      WHERE r.reconciliation_id = ${id}::uuid AND NOT r.changed AND s.session_id = r.session_id`;
    await db.$executeRaw`
      UPDATE reconciliation_repairs r SET changed = true FROM orders o
      WHERE r.reconciliation_id = ${id}::uuid AND NOT r.changed AND o.session_id = r.session_id AND CASE r.action
        WHEN 'taken_up' THEN o.status <> 'PENDING' OR o.payment_status = 'PROCESSING' OR o.attention_step IS NOT NULL
        WHEN 'paid' THEN o.status <> 'PENDING' OR (o.attention_step IS NOT NULL AND o.version <> r.version)
        WHEN 'given_back' THEN o.status = 'REFUNDED' OR o.payment_status = 'NO_PAYMENT_REQUIRED' OR o.attention_step IS NOT NULL
        WHEN 'payment_failed' THEN o.status <> 'PENDING'
        WHEN 'closed' THEN o.status <> 'PENDING' OR o.payment_status <> 'UNPAID'
        ELSE o.version <> r.version END`;
    return db.reconciliationRepair.count({ where: { reconciliationId: id, changed: false } });
  },

  /** Whoever has not come right goes on from what the database says, also where a run believes in more; answers how many were started. */
  async resumeUnsettled({ id }: { id: string }): Promise<number> {
    const unsettled = await db.reconciliationRepair.findMany({
      where: { reconciliationId: id, changed: false, action: { notIn: BESIDE_THE_ORDER } },
      take: MOST_AT_ONCE,
    });
    const sessions = unsettled.map(({ sessionId }) => sessionId as SessionId);
    return (await resumeAll({ db, door }, sessions)).length;
  },
});

/** What is left over is woken by the next sweep. */
const MOST_AT_ONCE = 200;
/** A run that does not answer is waited for a little: so many are asked beside each other. */
const BESIDE_EACH_OTHER = 10;

/** Sees to it that these orders run, and go on from what the database says; answers those that were started. */
export async function resumeAll({ db, door }: Pick<Deps, 'db' | 'door'>, sessions: SessionId[]): Promise<SessionId[]> {
  const started: SessionId[] = [];
  for (let from = 0; from < sessions.length; from += BESIDE_EACH_OTHER)
    await Promise.all(
      sessions.slice(from, from + BESIDE_EACH_OTHER).map(async (id) => {
        if ((await door.resume(id, () => statusOf(db, id))) === 'started') started.push(id);
      }),
    );
  return started;
}

/** Followed by workflows of their own: there is nothing about the order's run to put right. */
const BESIDE_THE_ORDER: RepairAction[] = ['refund_recorded', 'dispute_recorded'];

/** An order's status as it is in the database now; null: there is none. */
async function statusOf(db: Db, sessionId: string): Promise<OrderStatus | null> {
  const order = await db.order.findUnique({ where: { sessionId }, select: { status: true } });
  return order?.status ?? null;
}
