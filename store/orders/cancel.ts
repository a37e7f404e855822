import type { SessionId } from '../../domain/ids';
import type { Reason } from '../../domain/order';
import type { Db } from '../database';
import { changeOrder, lockKnownOrder } from './records';

/**
 * Writes down that staff want an unpaid order cancelled, before anybody is told so. The first request stands; a repeat
 * changes nothing.
 */
export async function requestCancel(
  db: Db,
  { sessionId, reason, at }: { sessionId: SessionId; reason: Reason; at: Date },
): Promise<void> {
  await db.$transaction(async (tx) => {
    const order = await lockKnownOrder(tx, sessionId);
    if (order.cancelRequestedAt !== null) return;
    await changeOrder(tx, order, at, { cancelRequestedAt: at, cancelReason: reason });
  });
}
