import type { SessionId } from '../../domain/ids';
import type { OrderStatus, PaymentStatus } from '../../domain/order';
import { within } from '../../platform/within';
import type { Db } from '../database';

/** Where an order stands; null when there is none. */
export const findStatus = (
  db: Db,
  id: SessionId,
): Promise<{ number: string; status: OrderStatus; paymentStatus: PaymentStatus } | null> =>
  db.order.findUnique({ where: { sessionId: id }, select: { number: true, status: true, paymentStatus: true } });

/** How long a start waits to be given its order's number, in milliseconds. */
const NUMBER_MS = 500;

/**
 * The number of an order whose run may have to be started, which is then called by it. Null if there is no such order,
 * or the database does not answer: no message to a workflow depends on it.
 */
export async function numberForRun(db: Db, id: SessionId): Promise<{ number: string } | null> {
  try {
    const read = db.order.findUnique({ where: { sessionId: id }, select: { number: true } });
    return await within(NUMBER_MS, read, () => new Error('the database is late'));
  } catch {
    return null;
  }
}

/** Whether an order holds its stock, and nobody has asked to give it up. One statement. */
export async function isHeld(db: Db, id: SessionId): Promise<boolean> {
  const rows = await db.$queryRaw<unknown[]>`
    SELECT 1 FROM orders o
    WHERE o.session_id = ${id} AND o.status = 'PENDING' AND o.stock = 'HELD' AND o.cancel_requested_at IS NULL
      AND NOT EXISTS (SELECT 1 FROM timeline t WHERE t.session_id = o.session_id AND t.key = 'left')
      AND NOT EXISTS (SELECT 1 FROM checkouts c WHERE c.session_id = o.session_id AND c.failed_at IS NOT NULL)`;
  return rows.length > 0;
}

/**
 * Counts the changes of what a shopper sees of these orders, to tell which of them have changed: their versions, and
 * each use of a download, which changes the grant alone. One statement.
 */
export async function readRevisions(
  db: Db,
  { sessionIds }: { sessionIds: string[] },
): Promise<{ sessionId: SessionId; revision: number }[]> {
  return db.$queryRaw`
    SELECT o.session_id AS "sessionId", (o.version + coalesce((SELECT sum(g.used) FROM download_grants g WHERE g.session_id = o.session_id), 0))::int
      AS revision
    FROM orders o WHERE o.session_id = ANY(${sessionIds})`;
}
