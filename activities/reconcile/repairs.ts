import type { SessionId } from '../../domain/ids';
import {
  type Difference,
  noteDifferences,
  noteRestarts,
  settleRepairs,
  unsettledOrders,
} from '../../store/reconciliation/repairs';
import { statusOf } from '../../store/reconciliation/unfinished';
import type { Deps } from '../deps';
import { eachApart } from './apart';

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
  await eachApart(deps, { items: differences, referenceOf: ({ sessionId }) => sessionId, work: wake });
}

/** Activities about the orders that a sweep woke. */
export const repairs = (deps: Deps) => ({
  /** Records which of the woken orders are now correct. Returns how many are not. */
  async settleRepairs({ id }: { id: string }): Promise<number> {
    return settleRepairs(deps.db, id);
  },

  /**
   * Starts the workflows of orders that are still not correct, from what the database says, even if a run is ahead of
   * the database. Returns how many were started.
   */
  async resumeUnsettled({ id }: { id: string }): Promise<number> {
    const sessions = await unsettledOrders(deps.db, { sweepId: id, limit: MOST_AT_ONCE });
    return (await resumeAll(deps, sessions)).length;
  },
});

/** The rest is left to the next sweep. */
const MOST_AT_ONCE = 200;

/**
 * Makes sure that these orders run and continue from what the database says, and records those that were started.
 * Returns how many they are.
 */
export async function resumeOrders(deps: Deps, sweepId: string, orders: SessionId[]): Promise<number> {
  const sessions = await resumeAll(deps, orders);
  await noteRestarts(deps.db, { sweepId, sessions, action: 'restarted' });
  return sessions.length;
}

async function resumeAll(deps: Deps, sessions: SessionId[]): Promise<SessionId[]> {
  const started: SessionId[] = [];
  await eachApart(deps, {
    items: sessions,
    referenceOf: String,
    async work(id) {
      if ((await deps.starter.resume(id, () => statusOf(deps.db, id))) === 'started') started.push(id);
    },
  });
  return started;
}
