import type { NoticeKind } from '../../domain/events';
import type { SessionId } from '../../domain/ids';
import type { Notice } from '../../prisma/generated/client';
import type { Tx } from '../../store/database';
import { type LockedOrder, lockKnownOrder } from '../../store/orders/records';
import type { Deps } from '../deps';

export type FollowedNotice =
  /** Of nothing that is ours: counted. */
  | { outcome: 'unknown' }
  /** The order it concerns is being written: look again soon. */
  | { outcome: 'coming' }
  /** Recorded; there is no order to tell. */
  | { outcome: 'recorded' }
  | {
      outcome: 'order';
      sessionId: SessionId;
      number: string;
      /** Whether the order should read itself again. */
      changed: boolean;
      /** The reference of the mail by which staff are called to decide; null when there is nothing to decide. */
      call: string | null;
    };

/** What a look has found, to be written down. */
export interface SeenNotice {
  id: string;
  kind: NoticeKind;
  paymentIntent: string | null;
  open: boolean;
  /** Stripe's word. */
  reason: string | null;
  /** Seconds since the epoch, as Stripe has it. */
  created: number;
}

/** Writes down what concerns no order of ours. */
export async function writeNobodys({ db, clock }: Deps, { created, ...seen }: SeenNotice): Promise<void> {
  const at = new Date(clock.now());
  const row = { ...seen, open: false, updatedAt: at };
  await db.notice.upsert({
    where: { id: seen.id },
    create: { ...row, createdAt: new Date(created * 1000) },
    update: row,
  });
}

/**
 * Writes down what concerns an order, under the order's row lock, together with what `then` makes of it. `before` is what was known of the
 * notice, null at its first look: what follows from it once is decided by that.
 */
export async function writeNotice<T>(
  { db, clock }: Deps,
  sessionId: SessionId,
  { created, ...seen }: SeenNotice,
  then: (tx: Tx, order: LockedOrder, before: Notice | null, at: Date) => Promise<T>,
): Promise<T> {
  const at = new Date(clock.now());
  return db.$transaction(async (tx) => {
    const order = await lockKnownOrder(tx, sessionId);
    const before = await tx.notice.findUnique({ where: { id: seen.id } });
    const row = { ...seen, sessionId, updatedAt: at };
    await tx.notice.upsert({
      where: { id: seen.id },
      create: { ...row, createdAt: new Date(created * 1000) },
      update: row,
    });
    return then(tx, order, before, at);
  });
}
