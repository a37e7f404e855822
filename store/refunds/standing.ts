import type { SessionId } from '../../domain/ids';
import type { OrderStatus } from '../../domain/order';
import { refundableOf } from '../../domain/order-money';
import type { Refund } from '../../domain/refund';
import type { Db } from '../database';
import { refundsOf } from './rows';

/** The fields of an order that its refunds depend on, with all its refunds. */
export interface RefundStanding {
  status: OrderStatus;
  currency: string;
  /** What refunds can give back together, in the order's currency: its total less what was lost to disputes. */
  refundable: number;
  /** A dispute was lost, and none is open: no bank has to decide any more about what is left. */
  bankHasDecided: boolean;
  attentionStep: string | null;
  refunds: Refund[];
}

/** Reads an order with its refunds. Throws if there is no such order. */
export async function readRefundStanding(db: Db, sessionId: SessionId): Promise<RefundStanding> {
  const { total, lostAmount, disputed, ...order } = await db.order.findUniqueOrThrow({
    where: { sessionId },
    select: { status: true, currency: true, total: true, lostAmount: true, disputed: true, attentionStep: true },
  });
  const refundable = refundableOf({ total: Number(total), lostAmount: Number(lostAmount) });
  const bankHasDecided = lostAmount > 0n && !disputed;
  return { ...order, refundable, bankHasDecided, refunds: await refundsOf(db, sessionId) };
}
