import type { SessionId } from '../../domain/ids';
import type { OrderReport } from '../../messages/order';
import { openOrder } from '../../store/orders/open';
import { unknownParcels } from '../../store/orders/parcels';
import { holdShipping } from '../../store/orders/shipping-hold';
import { addNote, hasTimelineEntry } from '../../store/orders/timeline';
import {
  type Difference,
  noteDifferences,
  noteRestarts,
  settleRepairs,
  unsettledOrders,
} from '../../store/reconciliation/repairs';
import { standingOf } from '../../store/reconciliation/unfinished';
import { checkout } from '../checkout/checkout';
import type { Deps, WorkflowStarter } from '../deps';
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
  if (action === 'taken_up' && (await resume(deps, sessionId)) === 'started') return;
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
 * @param mustAnswer the run of each has to say what it sent: shipping is held of those whose run does not
 */
export async function resumeOrders(
  deps: Deps,
  sweepId: string,
  orders: SessionId[],
  { mustAnswer = false }: { mustAnswer?: boolean } = {},
): Promise<number> {
  const sessions = await resumeAll(deps, orders, mustAnswer);
  await noteRestarts(deps.db, { sweepId, sessions, action: 'restarted' });
  return sessions.length;
}

async function resumeAll(deps: Deps, sessions: SessionId[], mustAnswer = false): Promise<SessionId[]> {
  const started: SessionId[] = [];
  await eachApart(deps, {
    items: sessions,
    referenceOf: String,
    async work(id) {
      if ((await resume(deps, id, mustAnswer)) === 'started') started.push(id);
    },
  });
  return started;
}

const resume = (deps: Deps, sessionId: SessionId, mustAnswer = false): ReturnType<WorkflowStarter['resume']> =>
  deps.starter.resume(sessionId, {
    written: () => standingOf(deps.db, sessionId),
    holdSent: (runId, parcels) => holdSent(deps, sessionId, { runId, parcels }),
    mustAnswer,
  });

/**
 * Holds shipping, once for each run that had sent goods, or did not say whether it had, and says to staff why. An order
 * that the database has lost is opened first. Does nothing if nothing of it is to be shipped.
 */
async function holdSent(
  deps: Deps,
  sessionId: SessionId,
  { runId, parcels }: { runId: string; parcels: OrderReport['parcels'] | null },
): Promise<void> {
  const { db, clock } = deps;
  const key = `${parcels === null ? 'silent-at-restore' : 'sent-before-restore'}/${runId}`;
  if (await hasTimelineEntry(db, { sessionId, key })) return; // staff may have released it since
  const isOpen = async () => (await openOrder(db, { sessionId, hold: true, at: new Date(clock.now()) })) !== null;
  if (!(await isOpen())) {
    if ((await checkout(deps).takeUpSession({ sessionId })) !== 'taken-up') return;
    if (!(await isOpen())) return;
  }
  const asked = { sessionId, key, actor: 'holdfast', at: new Date(clock.now()) };
  const held = await holdShipping(db, { ...asked, reason: 'other' });
  if (held.outcome !== 'recorded') return;
  const lost = parcels && (await unknownParcels(db, sessionId, parcels));
  await addNote(db, { ...asked, ...(lost === null ? UNSAID : { message: SENT_BEFORE, note: noteOf(lost) }) });
}

const UNSAID = {
  message:
    'Shipping is on hold: the database was restored from a backup, and the workflow did not say what it had sent before',
  note: 'Compare with the carrier, then release the hold. Record each parcel that had left, and send only what is left.',
};

const SENT_BEFORE = 'Shipping is on hold: goods had left before the database was restored from a backup';

/** What staff have to record again. Temporal may no longer know the parcels of a run that has ended. */
function noteOf(lost: OrderReport['parcels']): string {
  if (lost.length === 0)
    return 'Look for the parcel. If it was sent, release the hold and record it again, and send nothing.';
  const list = lost.map(({ carrier, trackingNumber, at, items }) => {
    const units = items.map(({ sku, quantity }) => `${quantity} × ${sku}`).join(', ');
    return `${carrier} ${trackingNumber} of ${at} (${units})`;
  });
  return `Sent, and not recorded here any more: ${list.join('; ')}. Release the hold, record each again, and send only what is left.`;
}
