import { type SessionId, sessionId } from '../../domain/ids';
import type { Db } from '../database';

/** The order that a PaymentIntent paid for, once its payment is confirmed; null if there is none. */
export async function findOrderOfPayment(db: Db, paymentIntentId: string): Promise<SessionId | null> {
  const order = await db.order.findUnique({ where: { paymentIntentId }, select: { sessionId: true } });
  return order && sessionId(order.sessionId);
}

/** Whether the order of a session is written. */
export const isOrderWritten = async (db: Db, id: SessionId): Promise<boolean> =>
  (await db.order.count({ where: { sessionId: id } })) > 0;
