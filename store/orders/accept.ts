import type { SessionId } from '../../domain/ids';
import type { Db } from '../database';
import { changeOrder, lockKnownOrder } from './records';

/**
 * Records that staff accept a payment that differs from what was asked. The order continues at the amount paid, in
 * whichever run reads it. Safe to repeat.
 */
export async function acceptPayment(db: Db, { sessionId, at }: { sessionId: SessionId; at: Date }): Promise<void> {
  await db.$transaction(async (tx) => {
    const order = await lockKnownOrder(tx, sessionId);
    if (order.acceptedAt !== null) return;
    const message = 'Accepted the payment as it is, though it is not what was asked';
    await changeOrder(tx, order, at, { acceptedAt: at }, { type: 'accepted', message, actor: 'staff' });
  });
}

/**
 * Whether staff accept the payment. If so, the order's money is in the currency that was paid.
 * @param currency null if Stripe names none
 */
export async function takeAccepted(
  db: Db,
  { sessionId, currency }: { sessionId: SessionId; currency: string | null },
): Promise<boolean> {
  return db.$transaction(async (tx) => {
    const order = await lockKnownOrder(tx, sessionId);
    if (order.acceptedAt === null) return false;
    if (currency !== null && currency !== order.currency) await changeOrder(tx, order, order.acceptedAt, { currency });
    return true;
  });
}

/** Whether the order's money was ever seen at Stripe. Throws if there is no such order. */
export async function isPaid(db: Db, sessionId: SessionId): Promise<boolean> {
  const { paidAt } = await db.order.findUniqueOrThrow({ where: { sessionId }, select: { paidAt: true } });
  return paidAt !== null;
}
