import type { SessionId } from '../../domain/ids';
import { type Difference, noteDifferences, settleRepairs, unsettledOrders } from '../../store/reconciliation/repairs';
import { statusOf } from '../../store/reconciliation/unfinished';
import type { Deps } from '../deps';

/**
 * Wakes the order of each difference. The difference is recorded first, so that the sweep can tell afterwards what
 * became of it. The workflow of an order that had ended is started again.
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

/** Activities about the orders that a sweep woke. */
export const repairs = ({ db, starter }: Deps) => ({
  /** Records which of the woken orders are now correct. Returns how many are not. */
  async settleRepairs({ id }: { id: string }): Promise<number> {
    return settleRepairs(db, id);
  },

  /**
   * Starts the workflows of orders that are still not correct, from what the database says, even if a run is ahead of
   * the database. Returns how many were started.
   */
  async resumeUnsettled({ id }: { id: string }): Promise<number> {
    const sessions = await unsettledOrders(db, { sweepId: id, limit: MOST_AT_ONCE });
    return (await resumeAll({ db, starter }, sessions)).length;
  },
});

/** The rest is left to the next sweep. */
const MOST_AT_ONCE = 200;
/** How many runs are asked in parallel, because a run that does not answer takes a moment to time out. */
const BESIDE_EACH_OTHER = 10;

/** Makes sure that these orders run and continue from what the database says. Returns those that were started. */
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
