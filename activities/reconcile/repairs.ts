import type { SessionId } from '../../domain/ids';
import { type Difference, noteDifferences, settleRepairs, unsettledOrders } from '../../store/reconciliation/repairs';
import { statusOf } from '../../store/reconciliation/unfinished';
import type { Deps } from '../deps';

/**
 * Wakes the order of each difference, written down first, so that the sweep can tell afterwards what became of it. An order that had ended is
 * started again: it was seen to differ.
 */
export async function repair(
  deps: Deps,
  id: string,
  differences: Difference[],
  wake: (difference: Difference) => Promise<unknown> = ({ sessionId }) =>
    deps.starter.order(sessionId, { again: true }),
): Promise<void> {
  if (differences.length === 0) return;
  await noteDifferences(deps.db, { sweepId: id, differences });
  for (const difference of differences) await wake(difference);
}

/** What the sweep woke, and whether it came right. */
export const repairs = ({ db, starter }: Deps) => ({
  /** Notes which of the orders that were woken have come right; answers how many have not yet. */
  async settleRepairs({ id }: { id: string }): Promise<number> {
    return settleRepairs(db, id);
  },

  /** Starts orders that have not come right from what the database says, also where a run believes in more; answers how many were started. */
  async resumeUnsettled({ id }: { id: string }): Promise<number> {
    const sessions = await unsettledOrders(db, { sweepId: id, limit: MOST_AT_ONCE });
    return (await resumeAll({ db, starter }, sessions)).length;
  },
});

/** What is left over is woken by the next sweep. */
const MOST_AT_ONCE = 200;
/** A run that does not answer is waited for a little: so many are asked beside each other. */
const BESIDE_EACH_OTHER = 10;

/** Sees to it that these orders run, and go on from what the database says; answers those that were started. */
export async function resumeAll(
  { db, starter }: Pick<Deps, 'db' | 'starter'>,
  sessions: SessionId[],
): Promise<SessionId[]> {
  const started: SessionId[] = [];
  for (let from = 0; from < sessions.length; from += BESIDE_EACH_OTHER)
    await Promise.all(
      sessions.slice(from, from + BESIDE_EACH_OTHER).map(async (id) => {
        if ((await starter.resume(id, () => statusOf(db, id))) === 'started') started.push(id);
      }),
    );
  return started;
}
