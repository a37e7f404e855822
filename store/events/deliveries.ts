import type { SessionId } from '../../domain/ids';
import type { OutboundEvent } from '../../domain/outbound';
import type { Db } from '../database';

/** An event that this process tries now. */
export interface ClaimedDelivery {
  id: string;
  sessionId: SessionId;
  type: OutboundEvent;
  subject: string | null;
  at: Date;
  queuedAt: Date;
  /** Tries so far. */
  attempts: number;
  firstTriedAt: Date | null;
}

/**
 * Claims events that are due, the longest due first; none while the receiver is gone. Until `leasedUntil` no other
 * process tries them. One statement.
 */
export async function claimDeliveries(
  db: Db,
  { limit, at, leasedUntil }: { limit: number; at: Date; leasedUntil: Date },
): Promise<ClaimedDelivery[]> {
  return db.$queryRaw`
    UPDATE deliveries d SET next_try_at = ${leasedUntil}
    WHERE d.id IN (SELECT id FROM deliveries WHERE status = 'PENDING' AND next_try_at <= ${at}
        AND NOT EXISTS (SELECT 1 FROM event_receiver WHERE gone_at IS NOT NULL)
      ORDER BY next_try_at LIMIT ${limit} FOR UPDATE SKIP LOCKED)
    RETURNING d.id::text AS id, d.session_id AS "sessionId", d.type, d.subject, d.at, d.queued_at AS "queuedAt", d.attempts,
      d.first_tried_at AS "firstTriedAt"`;
}

/** When and how often a try of an event is counted: not once staff have replayed it since. */
interface Tried {
  delivery: Pick<ClaimedDelivery, 'id' | 'queuedAt'>;
  /** When the try began. */
  at: Date;
}

/** Records that the receiver took an event, and with it that it works. One statement. */
export async function markDelivered(db: Db, { delivery, at }: Tried): Promise<void> {
  const lately = new Date(at.getTime() - NOTED_EVERY_MS);
  await db.$executeRaw`
    WITH taken AS (
      UPDATE deliveries SET status = 'DELIVERED', delivered_at = ${at}, next_try_at = NULL, attempts = attempts + 1,
        first_tried_at = coalesce(first_tried_at, ${at}), last_tried_at = ${at}, last_error = NULL
      WHERE id = ${delivery.id}::uuid AND queued_at = ${delivery.queuedAt} AND status = 'PENDING'
    )
    UPDATE event_receiver SET delivered_at = ${at}, failing_since = NULL
    WHERE failing_since IS NOT NULL OR delivered_at IS NULL OR delivered_at < ${lately}`;
}

/** The receiver's row is not written at each event, or the workers would queue for it. */
const NOTED_EVERY_MS = 10_000;

/**
 * Records that the receiver did not take an event. Whether that is the receiver's fault or only this event's, the
 * events that it took meanwhile decide: it took none since this one was first tried. One statement.
 * @param nextTryAt null gives it up
 */
export async function markFailed(
  db: Db,
  { delivery, error, nextTryAt, at }: Tried & { error: string; nextTryAt: Date | null },
): Promise<void> {
  const status = nextTryAt === null ? 'GIVEN_UP' : 'PENDING';
  await db.$executeRaw`
    WITH failed AS (
      UPDATE deliveries SET status = ${status}, next_try_at = ${nextTryAt}, attempts = attempts + 1,
        first_tried_at = coalesce(first_tried_at, ${at}), last_tried_at = ${at}, last_error = ${error}
      WHERE id = ${delivery.id}::uuid AND queued_at = ${delivery.queuedAt} AND status = 'PENDING'
      RETURNING first_tried_at
    )
    UPDATE event_receiver r SET failing_since = ${at} FROM failed
    WHERE r.failing_since IS NULL AND (r.delivered_at IS NULL OR r.delivered_at < failed.first_tried_at)`;
}

/** When the oldest event happened that the receiver has not taken and is still to get; null if there is none. */
export async function oldestPending(db: Db): Promise<Date | null> {
  const oldest = await db.delivery.findFirst({
    where: { status: 'PENDING' },
    orderBy: [{ status: 'asc' }, { at: 'asc' }],
    select: { at: true },
  });
  return oldest?.at ?? null;
}

/** Removes events that happened, and were last queued, before a time. */
export async function removeOldDeliveries(db: Db, { before }: { before: Date }): Promise<void> {
  await db.delivery.deleteMany({ where: { at: { lt: before }, queuedAt: { lt: before } } });
}
