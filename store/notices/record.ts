import type { NoticeKind } from '../../domain/events';
import type { SessionId } from '../../domain/ids';
import type { Db, Tx } from '../database';
import { type LockedOrder, lockKnownOrder } from '../orders/records';

/** A review, warning, failed payment or payout, as Stripe has it. */
export interface SeenNotice {
  id: string;
  kind: NoticeKind;
  paymentIntent: string | null;
  /** Whether it still asks for something. */
  open: boolean;
  /** Stripe's word. */
  reason: string | null;
  createdAt: Date;
}

/** Records a notice that concerns none of our orders. Safe to repeat. */
export async function recordForeignNotice(db: Db, { seen, at }: { seen: SeenNotice; at: Date }): Promise<void> {
  const { createdAt, ...notice } = seen;
  const row = { ...notice, open: false, updatedAt: at };
  await db.notice.upsert({ where: { id: seen.id }, create: { ...row, createdAt }, update: row });
}

/**
 * Records a notice that concerns an order, under the order's row lock, together with what follows from it.
 * @param follow is given whether the notice was open when it was last recorded; null at its first look
 */
export async function recordNotice<T>(
  db: Db,
  { sessionId, seen, at }: { sessionId: SessionId; seen: SeenNotice; at: Date },
  follow: (tx: Tx, order: LockedOrder, wasOpen: boolean | null) => Promise<T>,
): Promise<T> {
  return db.$transaction(async (tx) => {
    const order = await lockKnownOrder(tx, sessionId);
    const before = await tx.notice.findUnique({ where: { id: seen.id }, select: { open: true } });
    const { createdAt, ...notice } = seen;
    const row = { ...notice, sessionId, updatedAt: at };
    await tx.notice.upsert({ where: { id: seen.id }, create: { ...row, createdAt }, update: row });
    return follow(tx, order, before?.open ?? null);
  });
}

/** What a recorded notice means for its order. */
export interface ConcernedOrder {
  number: string;
  /** Whether staff are called to decide about it. */
  decide: boolean;
}
