import type { SessionId } from '../../domain/ids';
import type { OrderStatus } from '../../domain/order';
import type { Db } from '../database';

/**
 * Where an order stands, and its payment at Stripe (null until the order knows of one). Throws when there is no such
 * order.
 */
export const readPayment = (
  db: Db,
  sessionId: SessionId,
): Promise<{ status: OrderStatus; paymentIntentId: string | null }> =>
  db.order.findUniqueOrThrow({ where: { sessionId }, select: { status: true, paymentIntentId: true } });
