import { UNDONE } from '../../domain/happened';
import type { SessionId } from '../../domain/ids';
import { unshipped } from '../../domain/parcel';
import type { Db, Tx } from '../database';
import { inventory } from '../stock/inventory';
import { changeOrder, isDigital, type LockedOrder, lockKnownOrder } from './records';

/** Cancels an order for which no money was taken: a free one, or one whose payment never came. Safe to repeat. */
export async function cancelUnpaid(
  db: Db,
  { sessionId, actor, at }: { sessionId: SessionId; actor: string; at: Date },
): Promise<void> {
  await db.$transaction(async (tx) => {
    const order = await lockKnownOrder(tx, sessionId);
    if (order.status === 'CANCELLED') return;
    await undoDelivery(tx, order, { actor, at });
    await changeOrder(tx, order, at, { status: 'CANCELLED' }, { type: 'cancelled', message: UNDONE, actor });
  });
}

/**
 * Takes back what an order was given: unshipped goods return to stock, and downloads are revoked. Runs in the
 * transaction that records the reason, once for each time that stock was sold to the order.
 * @param actor who asked for it, for the stock's movements
 */
export async function undoDelivery(
  tx: Tx,
  order: LockedOrder,
  { actor, at, byDispute = false }: { actor: string; at: Date; byDispute?: boolean },
): Promise<void> {
  const sessionId = order.sessionId as SessionId;
  await inventory.release(tx, sessionId, at, actor);
  if (order.stock === 'COMMITTED') {
    const back = unshipped(order.items);
    if (back.length > 0) await inventory.restock(tx, sessionId, back, `undo/${sessionId}/${order.version}`, actor, at);
    if (isDigital(order.items) || back.length > 0) await changeOrder(tx, order, at, { stock: 'RETURNED' });
  } else if (order.stock === 'HELD') {
    await changeOrder(tx, order, at, { stock: 'RELEASED' });
  }
  await revokeDownloads(tx, { sessionId, byDispute, at });
}

/**
 * Revokes the downloads of an order. Safe to repeat. What a refund or a cancel revokes stays revoked, however a dispute
 * ends.
 */
export async function revokeDownloads(
  tx: Tx,
  { sessionId, byDispute, at }: { sessionId: SessionId; byDispute: boolean; at: Date },
): Promise<void> {
  await tx.downloadGrant.updateMany({
    where: { sessionId, revokedAt: null },
    data: { revokedAt: at, revokedByDispute: byDispute },
  });
  if (!byDispute) await tx.downloadGrant.updateMany({ where: { sessionId }, data: { revokedByDispute: false } });
}

/**
 * Restores the downloads that only lost disputes have revoked. The time in which they were revoked does not count.
 */
export async function restoreDownloads(tx: Tx, { sessionId, at }: { sessionId: SessionId; at: Date }): Promise<void> {
  await tx.$executeRaw`
    UPDATE download_grants SET expires_at = expires_at + (${at}::timestamptz - revoked_at), revoked_at = NULL, revoked_by_dispute = false
    WHERE session_id = ${sessionId} AND revoked_by_dispute`;
}
