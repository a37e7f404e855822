import type { SessionId } from '../../domain/ids';
import type { OrderStatus } from '../../domain/order';
import type { Db } from '../database';

/** Those of these sessions whose order is not final. */
export async function unfinishedOrders(db: Db, sessions: SessionId[]): Promise<SessionId[]> {
  return ids(
    await db.$queryRaw<Row[]>`
    SELECT session_id AS "sessionId" FROM orders
    WHERE session_id = ANY(${sessions}) AND status IN ('PENDING', 'PAID', 'PREPARING', 'SHIPPED')`,
  );
}

/** Unpaid orders whose hold ended before a time, oldest first. */
export async function overdueHolds(db: Db, { before, limit }: { before: Date; limit: number }): Promise<SessionId[]> {
  return ids(
    await db.$queryRaw<Row[]>`
    SELECT session_id AS "sessionId" FROM orders
    WHERE status = 'PENDING' AND payment_status = 'UNPAID' AND hold_until < ${before} ORDER BY hold_until LIMIT ${limit}`,
  );
}

/** Orders with a parcel shipped since a time for which no mail was written. */
export async function ordersWithUnmailedParcels(db: Db, since: Date): Promise<SessionId[]> {
  return ids(
    await db.$queryRaw<Row[]>`
    SELECT DISTINCT s.session_id AS "sessionId" FROM shipments s
    WHERE s.shipped_at >= ${since}
      AND NOT EXISTS (SELECT 1 FROM mails m WHERE m.key = 'order_shipped/' || s.session_id || '/' || s.id)`,
  );
}

/** An order's current status; null if there is no such order. */
export async function statusOf(db: Db, sessionId: SessionId): Promise<OrderStatus | null> {
  const order = await db.order.findUnique({ where: { sessionId }, select: { status: true } });
  return order?.status ?? null;
}

interface Row {
  sessionId: SessionId;
}

const ids = (rows: Row[]): SessionId[] => rows.map(({ sessionId }) => sessionId);
