import type { SessionId } from '../../domain/ids';
import { openOrder } from '../../store/orders/open';
import { holdShipping } from '../../store/orders/shipping-hold';
import { addNote } from '../../store/orders/timeline';
import {
  type Difference,
  noteDifferences,
  noteRestarts,
  settleRepairs,
  unsettledOrders,
} from '../../store/reconciliation/repairs';
import { standingOf } from '../../store/reconciliation/unfinished';
import { checkout } from '../checkout/checkout';
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

const resume = (deps: Deps, sessionId: SessionId): Promise<'started' | 'running'> =>
  deps.starter.resume(sessionId, {
    written: () => standingOf(deps.db, sessionId),
    holdSent: (runId) => holdSent(deps, sessionId, runId),
  });

/**
 * Holds shipping, once for each run that had sent goods, and says to staff why. An order that the database has lost is
 * opened first. Does nothing if nothing of it is to be shipped.
 */
async function holdSent(deps: Deps, sessionId: SessionId, runId: string): Promise<void> {
  const { db, clock } = deps;
  const isOpen = async () => (await openOrder(db, { sessionId, hold: true, at: new Date(clock.now()) })) !== null;
  if (!(await isOpen())) {
    if ((await checkout(deps).takeUpSession({ sessionId })) !== 'taken-up') return;
    if (!(await isOpen())) return;
  }
  const asked = { sessionId, key: `sent-before-restore/${runId}`, actor: 'holdfast', at: new Date(clock.now()) };
  const held = await holdShipping(db, { ...asked, reason: 'other' });
  if (held.outcome === 'recorded') await addNote(db, { ...asked, ...SENT_BEFORE });
}

const SENT_BEFORE = {
  message: 'Shipping is on hold: the goods had left before the database was restored from a backup',
  note: 'Look for the parcel. If it was sent, release the hold and record it again, and send nothing.',
};
