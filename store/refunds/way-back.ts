import type { SessionId } from '../../domain/ids';
import type { OrderStatus } from '../../domain/order';
import type { Tx } from '../database';

/**
 * Takes the status that an order had before a refund ended it; null if no refund did. There is one way back, and it is
 * taken once: when a refund fails, or when the money of a lost dispute comes back.
 */
export async function takeWayBack(tx: Tx, sessionId: SessionId): Promise<OrderStatus | null> {
  const emptied = await tx.refund.findFirst({ where: { sessionId, statusBefore: { not: null } } });
  if (!emptied?.statusBefore) return null;
  await tx.refund.update({ where: { key: emptied.key }, data: { statusBefore: null } });
  return emptied.statusBefore;
}
