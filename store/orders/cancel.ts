import { whyNot } from '../../domain/actions';
import type { SessionId } from '../../domain/ids';
import { isDecision, type Reason } from '../../domain/order';
import { isAllLost } from '../../domain/order-money';
import type { Db } from '../database';
import { changeOrder, isCancelling, type LockedOrder, lockKnownOrder, moneyOf } from './records';

export type CancelRequested =
  /** It stands in the database, by this request or an earlier one, or this very request has been carried out. */
  | { outcome: 'recorded' }
  /** The order may not be cancelled now. `reason` is a sentence without its full stop. */
  | { outcome: 'refused'; reason: string };

/**
 * Writes down that staff want an order cancelled, before anybody is told so. The rules are checked under the order's
 * lock. The first request stands; a repeat changes nothing, unless Stripe has refused the refund of the first. The
 * order's workflow carries it out, whichever run reads it.
 * @param key identifies the request, so that a repeat is known when the order has long been cancelled
 */
export async function requestCancel(
  db: Db,
  { sessionId, reason, key, at }: { sessionId: SessionId; reason: Reason; key?: string; at: Date },
): Promise<CancelRequested> {
  const entry = `cancel/${key ?? at.getTime()}`;
  return db.$transaction(async (tx) => {
    const order = await lockKnownOrder(tx, sessionId);
    if (isCancelling(order)) return { outcome: 'recorded' };
    const refused = whyNot('cancel', cancelFacts(order));
    if (refused !== null) {
      const isRepeat = (await tx.timelineEntry.count({ where: { sessionId, key: entry } })) > 0;
      return isRepeat ? { outcome: 'recorded' } : { outcome: 'refused', reason: refused };
    }
    await changeOrder(
      tx,
      order,
      at,
      { cancelRequestedAt: at, cancelReason: reason, cancelRefusal: null },
      {
        type: 'cancel',
        message: `Staff want it cancelled (${reason})`,
        actor: 'staff',
        key: entry,
      },
    );
    return { outcome: 'recorded' };
  });
}

const cancelFacts = ({ status, stock, disputed, items, attentionStep, ...order }: LockedOrder) => ({
  ...{ status, stock, disputed },
  lost: isAllLost(moneyOf(order)),
  anythingShipped: items.some(({ shipped }) => shipped > 0),
  pendingDecision: attentionStep !== null && isDecision(attentionStep) ? attentionStep : null,
});

/** Orders that were asked to cancel since a time and have not ended: their runs may not have heard of it. */
export async function cancelsRequestedSince(db: Db, since: Date): Promise<SessionId[]> {
  const rows = await db.$queryRaw<{ sessionId: SessionId }[]>`
    SELECT session_id AS "sessionId" FROM orders WHERE cancel_requested_at >= ${since}`;
  return rows.map(({ sessionId }) => sessionId);
}
