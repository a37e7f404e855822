import { hasCall } from '../../domain/calls';
import type { SessionId } from '../../domain/ids';
import { DECISIONS } from '../../domain/order';
import type { Db, Tx } from '../database';
import { callForDecision, callsOf } from '../orders/decisions';
import { lockKnownOrder } from '../orders/records';
import type { ConcernedOrder } from './record';

/**
 * Calls staff because Stripe does not know an open review that is recorded here. Nothing ships until they take note, or
 * until Stripe knows the review again. Safe to repeat.
 * @returns null if no open review is recorded
 */
export async function missReview(
  db: Db,
  { id, at }: { id: string; at: Date },
): Promise<(ConcernedOrder & { sessionId: SessionId }) | null> {
  const known = await db.notice.findUnique({ where: { id }, select: { sessionId: true } });
  const sessionId = (known?.sessionId ?? null) as SessionId | null;
  if (sessionId === null) return null;
  return db.$transaction(async (tx) => {
    const order = await lockKnownOrder(tx, sessionId);
    const { count } = await tx.notice.updateMany({ where: { id, open: true }, data: { updatedAt: at } });
    if (count === 0) return null;
    const reason = `Stripe does not know the review ${id}, which is open here: look for it in the Dashboard, in the account and mode of the key; taking note closes it here`;
    const call = { step: DECISIONS.reviewUnknown, subject: id, reason };
    const decide = !hasCall(callsOf(order), call);
    if (decide) await callForDecision(tx, order, at, call);
    return { sessionId, number: order.number, decide };
  });
}

/** Staff say that a review which Stripe does not know is over. Runs in a transaction that has locked the order. */
export async function closeForgottenReview(tx: Tx, { id, at }: { id: string; at: Date }): Promise<void> {
  await tx.notice.updateMany({ where: { id, open: true }, data: { open: false, updatedAt: at } });
}
