import type { SessionId } from '../../domain/ids';
import type { OrderStatus } from '../../domain/order';
import type { Db } from '../database';

/**
 * An order's status and currency, and its payment at Stripe (null until the order has one). Throws if there is no such
 * order.
 */
export const readPayment = (
  db: Db,
  sessionId: SessionId,
): Promise<{ status: OrderStatus; currency: string; paymentIntentId: string | null }> =>
  db.order.findUniqueOrThrow({ where: { sessionId }, select: { status: true, currency: true, paymentIntentId: true } });
