import { type SessionId, sessionId } from '../../domain/ids';
import type { OrderStatus, PaymentStatus } from '../../domain/order';
import type { Order } from '../../prisma/generated/client';

/** What everybody sees of an order first. Amounts are in its currency. */
export interface OrderHead {
  number: string;
  sessionId: SessionId;
  status: OrderStatus;
  paymentStatus: PaymentStatus;
  currency: string;
  total: number;
  refunded: number;
  /** What banks took for good by disputes. */
  lost: number;
}

export const toHead = (row: Order): OrderHead => ({
  number: row.number,
  sessionId: sessionId(row.sessionId),
  status: row.status,
  paymentStatus: row.paymentStatus,
  currency: row.currency,
  total: Number(row.total),
  refunded: Number(row.refunded),
  lost: Number(row.lostAmount),
});
