import { type SessionId, sessionId } from '../../domain/ids';
import type { OrderStatus, PaymentStatus } from '../../domain/order';
import type { Db } from '../database';

/** Where an order stands; null when there is none. */
export const findStatus = (
  db: Db,
  id: SessionId,
): Promise<{ number: string; status: OrderStatus; paymentStatus: PaymentStatus } | null> =>
  db.order.findUnique({ where: { sessionId: id }, select: { number: true, status: true, paymentStatus: true } });

/** The versions of these orders, to tell which of them have changed. One statement. */
export async function readVersions(
  db: Db,
  { sessionIds }: { sessionIds: string[] },
): Promise<{ sessionId: SessionId; version: number }[]> {
  const rows = await db.order.findMany({
    where: { sessionId: { in: sessionIds } },
    select: { sessionId: true, version: true },
  });
  return rows.map((row) => ({ sessionId: sessionId(row.sessionId), version: row.version }));
}
