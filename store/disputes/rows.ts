import type { Dispute } from '../../domain/dispute';
import type { EarlierOrders } from '../../domain/earlier-orders';
import type { Evidence } from '../../domain/evidence';
import type { SessionId } from '../../domain/ids';
import type { Dispute as DisputeRow } from '../../prisma/generated/client';
import type { Db, Tx } from '../database';

/** A dispute, with the number of its order; null when there is none of this id. */
export async function findDispute(db: Db, id: string): Promise<(Dispute & { orderNumber: string }) | null> {
  const row = await db.dispute.findUnique({ where: { id }, include: { order: { select: { number: true } } } });
  return row && { ...toDispute(row), orderNumber: row.order.number };
}

/** Locks the order of a dispute and reads the dispute: everything that is written of one is written under that lock. */
export async function lockDispute(tx: Tx, id: string): Promise<Dispute | null> {
  await tx.$queryRaw`SELECT 1 FROM orders WHERE session_id = (SELECT session_id FROM disputes WHERE id = ${id}) FOR UPDATE`;
  const row = await tx.dispute.findUnique({ where: { id } });
  return row && toDispute(row);
}

/** As `lockDispute`, for a step that only makes sense for a known dispute. */
export async function lockKnownDispute(tx: Tx, id: string): Promise<Dispute> {
  const dispute = await lockDispute(tx, id);
  if (dispute === null) throw new Error('the dispute is not in the database');
  return dispute;
}

export const toDispute = ({ amount, withdrawn, lostAmount, ...row }: DisputeRow): Dispute => ({
  ...row,
  sessionId: row.sessionId as SessionId,
  amount: Number(amount),
  withdrawn: Number(withdrawn),
  lostAmount: Number(lostAmount),
  evidence: row.evidence as Evidence | null,
  earlierOrders: row.earlierOrders as unknown as EarlierOrders | null,
});
