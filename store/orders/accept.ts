import type { SessionId } from '../../domain/ids';
import { formatMoney } from '../../domain/money';
import type { Db } from '../database';
import { markOf } from './carried-out';
import { changeOrder, lockKnownOrder } from './records';

/**
 * Records that staff accept a payment that differs from what was asked. The order continues at the amount paid, in
 * whichever run reads it. Safe to repeat.
 */
export async function acceptPayment(
  db: Db,
  { sessionId, actor, by, at }: { sessionId: SessionId; actor: string; by?: string | undefined; at: Date },
): Promise<void> {
  await db.$transaction(async (tx) => {
    const order = await lockKnownOrder(tx, sessionId);
    if (order.acceptedAt !== null) return;
    const message = 'Accepted the payment as it is, though it is not what was asked';
    await changeOrder(
      tx,
      order,
      at,
      { acceptedAt: at },
      {
        ...{ type: 'accepted', message, actor },
        key: `accepted${markOf(by)}`,
      },
    );
  });
}

/**
 * Whether staff accept the payment. If so, the order's money is in the currency that was paid, and its total is what
 * was received.
 * @param currency null if Stripe names none
 * @param received null if there is no payment
 */
export async function takeAccepted(
  db: Db,
  { sessionId, currency, received }: { sessionId: SessionId; currency: string | null; received: number | null },
): Promise<boolean> {
  return db.$transaction(async (tx) => {
    const order = await lockKnownOrder(tx, sessionId);
    if (order.acceptedAt === null) return false;
    const change = {
      ...(currency !== null && currency !== order.currency && { currency }),
      ...(received && received !== Number(order.total) && { total: received }),
    };
    if (Object.keys(change).length > 0) await changeOrder(tx, order, order.acceptedAt, change);
    return true;
  });
}

/** Makes what Stripe has received the order's total, where that is less. Safe to repeat. */
export async function takeReceived(
  db: Db,
  { sessionId, received, at }: { sessionId: SessionId; received: number; at: Date },
): Promise<void> {
  await db.$transaction(async (tx) => {
    const order = await lockKnownOrder(tx, sessionId);
    const { currency } = order;
    const total = Number(order.total);
    if (received >= total) return;
    const [got, wanted] = [received, total].map((amount) => formatMoney({ amount, currency }));
    const message = `Stripe has received ${got}, not ${wanted}: that is what can be given back`;
    await changeOrder(tx, order, at, { total: received }, { type: 'received', message, actor: 'stripe' });
  });
}

/** Whether the order's money was ever seen at Stripe. Throws if there is no such order. */
export async function isPaid(db: Db, sessionId: SessionId): Promise<boolean> {
  const { paidAt } = await db.order.findUniqueOrThrow({ where: { sessionId }, select: { paidAt: true } });
  return paidAt !== null;
}
