import { hasCall } from '../../domain/calls';
import type { DisputeId, SessionId } from '../../domain/ids';
import { DECISIONS } from '../../domain/order';
import type { Db, Tx } from '../database';
import { callForDecision, callsOf } from '../orders/decisions';
import { lockKnownOrder } from '../orders/records';

/**
 * Calls staff because Stripe does not know an open dispute that is recorded here. The order stays disputed until they
 * take note, or until Stripe knows the dispute again. Safe to repeat.
 * @returns the session of its order; null if no open dispute is recorded
 */
export async function missDispute(db: Db, { id, at }: { id: DisputeId; at: Date }): Promise<SessionId | null> {
  const known = await db.dispute.findUnique({ where: { id }, select: { sessionId: true } });
  if (known === null) return null;
  const sessionId = known.sessionId as SessionId;
  return db.$transaction(async (tx) => {
    const order = await lockKnownOrder(tx, sessionId);
    if ((await tx.dispute.count({ where: { id, open: true } })) === 0) return null;
    const reason = `Stripe does not know the dispute ${id}, which is open here: look for it in the Dashboard, in the account and mode of the key; taking note closes it here`;
    const call = { step: DECISIONS.disputeUnknown, subject: id, reason };
    if (!hasCall(callsOf(order), call)) await callForDecision(tx, order, at, call);
    return sessionId;
  });
}

/** Staff say that a dispute which Stripe does not know is over. Runs in a transaction that has locked the order. */
export async function closeForgottenDispute(tx: Tx, { id, at }: { id: string; at: Date }): Promise<void> {
  await tx.dispute.updateMany({ where: { id, open: true }, data: { open: false, closedAt: at, updatedAt: at } });
}
