import type { SessionId } from '../../domain/ids';
import { addNote } from '../../store/orders/timeline';
import {
  type Difference,
  noteDifferences,
  noteRestarts,
  settleRepairs,
  unsettledOrders,
} from '../../store/reconciliation/repairs';
import { standingOf } from '../../store/reconciliation/unfinished';
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
  wake: (difference: Difference) => Promise<unknown> = (difference) => wakeOrder(deps, difference),
): Promise<void> {
  if (differences.length === 0) return;
  await noteDifferences(deps.db, { sweepId: id, differences });
  await eachApart(deps, { items: differences, referenceOf: ({ sessionId }) => sessionId, work: wake });
}

/** An order that is unknown here may have had a run: the database was restored to before it. */
async function wakeOrder(deps: Deps, { sessionId, action }: Difference): Promise<void> {
  if (action === 'taken_up' && (await resume(deps, sessionId)) !== 'running') return;
  await deps.starter.order(sessionId, { again: true });
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
      if ((await resume(deps, id)) !== 'running') started.push(id);
    },
  });
  return started;
}

/** Says to staff why shipping is on hold, if the goods had left before the database was restored. */
async function resume({ db, clock, starter }: Deps, sessionId: SessionId): Promise<'started' | 'held' | 'running'> {
  const resumed = await starter.resume(sessionId, () => standingOf(db, sessionId));
  if (resumed === 'held') await addNote(db, { sessionId, ...SENT_BEFORE, at: new Date(clock.now()) });
  return resumed;
}

const SENT_BEFORE = {
  key: 'sent-before-restore',
  actor: 'holdfast',
  message: 'Shipping is on hold: the goods had left before the database was restored from a backup',
  note: 'Look for the parcel. If it was sent, release the hold and record it again, and send nothing.',
};
