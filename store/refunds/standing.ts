import type { SessionId } from '../../domain/ids';
import type { OrderStatus } from '../../domain/order';
import type { Refund } from '../../domain/refund';
import type { Db } from '../database';
import { refundsOf } from './rows';

/** The fields of an order that its refunds depend on, with all its refunds. */
export interface RefundStanding {
  status: OrderStatus;
  /** In the order's currency. */
  total: number;
  attentionStep: string | null;
  refunds: Refund[];
}

/** Reads an order with its refunds. Throws if there is no such order. */
export async function readRefundStanding(db: Db, sessionId: SessionId): Promise<RefundStanding> {
  const { total, ...order } = await db.order.findUniqueOrThrow({
    where: { sessionId },
    select: { status: true, total: true, attentionStep: true },
  });
  return { ...order, total: Number(total), refunds: await refundsOf(db, sessionId) };
}
