import { whyNot } from '../../domain/actions';
import { whyInBrackets } from '../../domain/codes-in-words';
import type { SessionId } from '../../domain/ids';
import { isDecision, isUndone, type Reason } from '../../domain/order';
import { isAllLost } from '../../domain/order-money';
import { SHOPPER } from '../../domain/shopper-rules';
import type { Prisma } from '../../prisma/generated/client';
import type { Db, Tx } from '../database';
import { DELIVERED } from './downloads';
import { changeOrder, isCancelling, type LockedOrder, lockKnownOrder, moneyOf } from './records';

export type CancelRequested =
  /** This request or an earlier one is recorded. */
  | { outcome: 'recorded' }
  /** This very request was recorded before, and the order has ended by it. */
  | { outcome: 'carried-out' }
  /** The order may not be cancelled now. `reason` is a sentence without its full stop. */
  | { outcome: 'refused'; reason: string };

/**
 * Records that staff or the shopper want an order cancelled, before the request is answered. The rules are checked
 * under the order's lock. The first request counts; a repeat changes nothing, unless Stripe has refused the refund of
 * the first. Whichever run of the order's workflow reads it carries it out.
 * @param key identifies the request, so that a repeat is recognised even after the order was cancelled
 * @param only what the order must still match under its lock; if it does not, the request is refused
 */
export async function requestCancel(
  db: Db,
  {
    sessionId,
    reason,
    key,
    actor,
    only,
    at,
  }: { sessionId: SessionId; reason: Reason; key?: string; actor: string; only?: Only; at: Date },
): Promise<CancelRequested> {
  const entry = `cancel/${key ?? at.getTime()}`;
  return db.$transaction(async (tx) => {
    const order = await lockKnownOrder(tx, sessionId);
    if (isCancelling(order)) return { outcome: 'recorded' };
    const refused = await whyNotCancelled(tx, order, actor);
    if (refused !== null) {
      const isRepeat = (await tx.timelineEntry.count({ where: { sessionId, key: entry } })) > 0;
      return isRepeat && isUndone(order.status) ? { outcome: 'carried-out' } : { outcome: 'refused', reason: refused };
    }
    if (only && (await tx.order.count({ where: { sessionId, ...only.where } })) === 0)
      return { outcome: 'refused', reason: only.refusal(order) };
    await markCancelled(tx, order, { reason, entry, actor, at });
    return { outcome: 'recorded' };
  });
}

/** Which orders a cancel of many is about, and why any other is refused: a sentence without its full stop. */
interface Only {
  where: Prisma.OrderWhereInput;
  refusal(order: LockedOrder): string;
}

/** Why an order may not be cancelled now; null if it may. A shopper may do less than staff. */
export async function whyNotCancelled(tx: Tx, order: LockedOrder, actor: string): Promise<string | null> {
  if (actor !== SHOPPER) return whyNot('cancel', cancelFacts(order));
  const delivered = await tx.downloadGrant.count({ where: { sessionId: order.sessionId, ...DELIVERED } });
  return whyNot('cancel as the shopper', shopperFacts(order, delivered > 0));
}

/** The facts that decide whether the shopper may cancel. `downloaded`: something, or has got licence keys. */
export const shopperFacts = (order: LockedOrder, downloaded: boolean) => ({
  ...{ ...cancelFacts(order), downloaded },
  cancelling: isCancelling(order),
});

/** Writes a cancel into the order's row and onto its timeline, where the entry has this key. */
export async function markCancelled(
  tx: Tx,
  order: LockedOrder,
  { reason, entry, actor, at }: { reason: Reason; entry: string; actor: string; at: Date },
): Promise<void> {
  const message =
    actor === SHOPPER ? 'The customer wants it cancelled' : `Staff want it cancelled${whyInBrackets(reason)}`;
  await changeOrder(
    tx,
    order,
    at,
    { cancelRequestedAt: at, cancelReason: reason, cancelRefusal: null },
    { type: 'cancel', message, actor, key: entry },
  );
}

const cancelFacts = ({ status, stock, disputed, items, attentionStep, ...order }: LockedOrder) => ({
  ...{ status, stock, disputed },
  lost: isAllLost(moneyOf(order)),
  anythingShipped: items.some(({ shipped }) => shipped > 0),
  pendingDecision: attentionStep !== null && isDecision(attentionStep) ? attentionStep : null,
});

/** Orders with a cancel requested since a time that have not ended: their runs may not know of it. */
export async function cancelsRequestedSince(db: Db, since: Date): Promise<SessionId[]> {
  const rows = await db.$queryRaw<{ sessionId: SessionId }[]>`
    SELECT session_id AS "sessionId" FROM orders WHERE cancel_requested_at >= ${since}`;
  return rows.map(({ sessionId }) => sessionId);
}
