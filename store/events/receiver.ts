import type { Db } from '../database';

/** How the receiver of events stands. */
export interface ReceiverState {
  /** Since when it takes no event; null if it does. */
  failingSince: Date | null;
  /** When it said that it is gone; null if it did not. */
  goneAt: Date | null;
  /** Whether there are events that were given up. */
  givenUp: boolean;
}

/**
 * Says that there is a receiver until a time: events that happen before it are written down. One at another address
 * starts anew. Safe to repeat. One statement.
 */
export async function announceReceiver(
  db: Db,
  { urlHash, wantedUntil }: { urlHash: string; wantedUntil: Date },
): Promise<ReceiverState> {
  const [state] = await db.$queryRaw<[ReceiverState]>`
    INSERT INTO event_receiver AS r ("only", url_hash, wanted_until) VALUES (true, ${urlHash}, ${wantedUntil})
    ON CONFLICT ("only") DO UPDATE SET
      url_hash = excluded.url_hash,
      wanted_until = greatest(r.wanted_until, excluded.wanted_until),
      failing_since = CASE WHEN r.url_hash = excluded.url_hash THEN r.failing_since END,
      gone_at = CASE WHEN r.url_hash = excluded.url_hash THEN r.gone_at END
    RETURNING failing_since AS "failingSince", gone_at AS "goneAt",
      EXISTS (SELECT 1 FROM deliveries WHERE status = 'GIVEN_UP') AS "givenUp"`;
  return state;
}

/** Records that the receiver is gone: nothing more is sent to it. */
export async function markGone(db: Db, { urlHash, at }: { urlHash: string; at: Date }): Promise<void> {
  await db.eventReceiver.updateMany({ where: { urlHash, goneAt: null }, data: { goneAt: at } });
}
