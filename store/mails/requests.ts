import type { SessionId } from '../../domain/ids';
import type { Resendable } from '../../domain/mail';
import type { Db, Tx } from '../database';
import { note, type TimelineEvent } from '../orders/records';
import { hasTimelineEntry } from '../orders/timeline';

/**
 * A mail that staff want sent again, or that is due for what the shopper did by themselves. Each key sends one mail.
 */
export interface MailAgain {
  sessionId: SessionId;
  template: Resendable;
  /** The hash of the request's Idempotency-Key, or `firstKey`. */
  key: string;
}

/**
 * Records a request before its run is started, so that the sweep finds it if that run is lost. Safe to repeat.
 * @param ref what the mail is about, where that is known already; else its run picks it
 */
export async function keepMailRequest(
  db: Db | Tx,
  { sessionId, key, template, ref = null, at }: MailAgain & { ref?: string | null; at: Date },
): Promise<void> {
  await db.mailRequest.createMany({
    data: [{ sessionId, key, template, ref, requestedAt: at }],
    skipDuplicates: true,
  });
}

/**
 * Records which parcel or refund the mail is about (`ref`), with an entry on the timeline. The first pick counts,
 * whichever run made it. Records the request too, if it was made in the Temporal UI.
 * @returns what the mail is about; null if it is about the order itself
 */
export async function pickMailRequest(
  db: Db,
  { ref, event, at, ...request }: MailAgain & { ref: string | null; event: TimelineEvent; at: Date },
): Promise<string | null> {
  const { sessionId, key, template } = request;
  return db.$transaction(async (tx) => {
    const [row] = await tx.$queryRaw<{ ref: string | null }[]>`
      INSERT INTO mail_requests AS r (session_id, key, template, ref, requested_at)
        VALUES (${sessionId}, ${key}, ${template}, ${ref}, ${at})
      ON CONFLICT (session_id, key) DO UPDATE SET ref = coalesce(r.ref, excluded.ref)
      RETURNING r.ref`;
    await note(tx, sessionId, at, event);
    return row?.ref ?? null;
  });
}

/** The key of the entry on the timeline that tells of a request. */
export const pickedKey = (key: string): string => `mail/again/${key}`;

/** Whether a run has taken the request on: its mail was true of the order, and is sent, or will be. */
export const isPicked = (db: Db, { sessionId, key }: Pick<MailAgain, 'sessionId' | 'key'>): Promise<boolean> =>
  hasTimelineEntry(db, { sessionId, key: pickedKey(key) });

/** Removes a request: its mail is sent, or it is refused. Safe to repeat. */
export async function removeMailRequest(
  db: Db,
  { sessionId, key }: Pick<MailAgain, 'sessionId' | 'key'>,
): Promise<void> {
  await db.mailRequest.deleteMany({ where: { sessionId, key } });
}

/** The requests made before a time whose runs are not known to have ended, oldest first. */
export async function mailRequestsBefore(
  db: Db,
  { before, limit }: { before: Date; limit: number },
): Promise<MailAgain[]> {
  const rows = await db.mailRequest.findMany({
    where: { requestedAt: { lt: before } },
    orderBy: { requestedAt: 'asc' },
    take: limit,
    select: { sessionId: true, key: true, template: true },
  });
  return rows as MailAgain[];
}
