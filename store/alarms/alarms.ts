import { type AccountCause, type AlarmCause, OUTAGE_MS, OUTAGES } from '../../domain/fault';
import type { AccountAlarm } from '../../prisma/generated/client';
import type { Db } from '../database';
import { type StaffReportAbout, writeStaffReport } from '../mails/staff-reports';

/** A cause, and its subject if it has several: the permission, why a sweep failed, which kind of run is stuck. */
export interface AlarmRef {
  cause: AlarmCause;
  /** Empty if the cause has no subject. */
  subject: string;
}

export interface Alarm extends AlarmRef {
  /** Of checkouts that Stripe refuses: their currency. */
  currency: string | null;
  /** When this episode began. */
  since: Date;
  lastSeenAt: Date;
}

/** Failures further apart than this belong to two outages. It is longer than the longest pause between retries. */
const GAP_MS = 660_000;
/** An alarm that comes back this soon after it ended is the same episode: staff already have its mail. */
const SAME_EPISODE_MS = 900_000;

/** An alarm that comes back this often is told of, whether or not it is open at that moment. */
const OFTEN = 2;

/**
 * Records that something is refused, does not answer, or cannot go on. Safe to repeat.
 * @param refused `currency` is that of refused checkouts
 */
export async function noteRefused(
  db: Db,
  { cause, subject, currency = null, at }: AlarmRef & { currency?: string | null; at: Date },
): Promise<void> {
  const gap = new Date(at.getTime() - GAP_MS);
  const episode = new Date(at.getTime() - SAME_EPISODE_MS);
  await db.$executeRaw`
    INSERT INTO account_alarms AS a (cause, subject, currency, since, last_seen_at)
      VALUES (${cause}, ${subject}, ${currency}, ${at}, ${at})
    ON CONFLICT (cause, subject) DO UPDATE SET
      since = CASE WHEN a.resolved_at IS NULL AND (NOT ${OUTAGES.has(cause)} OR a.last_seen_at > ${gap}) THEN a.since
        ELSE excluded.since END,
      currency = excluded.currency,
      mail_key = CASE WHEN a.resolved_at IS NULL OR a.resolved_at > ${episode} THEN a.mail_key END,
      reopened = CASE WHEN a.resolved_at IS NULL THEN a.reopened WHEN a.resolved_at > ${episode} THEN a.reopened + 1 ELSE 0 END,
      last_seen_at = greatest(a.last_seen_at, excluded.last_seen_at),
      resolved_at = NULL`;
}

/** Records that these causes are gone: with a subject only that one, else all of them. Safe to repeat. */
export async function resolveAlarms(
  db: Db,
  { causes, subject, at }: { causes: AlarmCause[]; subject?: string; at: Date },
): Promise<void> {
  await db.accountAlarm.updateMany({
    where: { cause: { in: causes }, resolvedAt: null, ...(subject !== undefined && { subject }) },
    data: { resolvedAt: at },
  });
}

/** Removes alarms that ended before a time. Open ones stay, however old they are. */
export async function removeResolved(db: Db, { before }: { before: Date }): Promise<void> {
  await db.accountAlarm.deleteMany({ where: { resolvedAt: { lt: before } } });
}

/** Everything that is refused or cannot go on now, longest first, including outages of less than ten minutes. */
export async function openAlarms(db: Db): Promise<Alarm[]> {
  const rows = await db.accountAlarm.findMany({ where: { resolvedAt: null }, orderBy: { since: 'asc' } });
  return rows.map(asAlarm);
}

const asAlarm = ({ cause, subject, currency, since, lastSeenAt }: AccountAlarm): Alarm => ({
  ...{ cause: cause as AlarmCause, subject, currency, since, lastSeenAt },
});

/** Whether the last failure is so long ago that another one would be a new outage. */
export const isStale = ({ lastSeenAt }: Alarm, at: Date): boolean => at.getTime() - lastSeenAt.getTime() > GAP_MS;

/** Whether it is an alarm, and not an outage that may still pass by itself. */
export const isRaised = ({ cause, since }: Alarm, at: Date): boolean =>
  !OUTAGES.has(cause) || at.getTime() - since.getTime() >= OUTAGE_MS;

/**
 * Whether steps that wait for a cause should try again: it is gone, or, for a permission, one has been given since.
 */
export async function isRightAgain(db: Db, { cause, since }: { cause: AccountCause; since: Date }): Promise<boolean> {
  const rows = await db.accountAlarm.findMany({ where: { cause }, select: { resolvedAt: true } });
  return (
    rows.every(({ resolvedAt }) => resolvedAt !== null) ||
    rows.some(({ resolvedAt }) => resolvedAt && resolvedAt > since)
  );
}

/**
 * Claims the next probe of an open alarm, for one process at a time. True if the last probe was before `before`.
 */
export async function claimProbe(
  db: Db,
  { cause, subject, before, at }: AlarmRef & { before: Date; at: Date },
): Promise<boolean> {
  const { count } = await db.accountAlarm.updateMany({
    where: { cause, subject, resolvedAt: null, OR: [{ probedAt: null }, { probedAt: { lte: before } }] },
    data: { probedAt: at },
  });
  return count > 0;
}

/**
 * Writes one mail to staff about every alarm that they have not been told of. The mail waits to be sent, like any mail
 * that the provider refuses. Returns the alarms.
 */
export function writeAlarmMail(db: Db, mail: StaffReportAbout<Alarm>): Promise<Alarm[]> {
  const { compose, ...report } = mail;
  return db.$transaction(async (tx) => {
    const outages = [...OUTAGES];
    const rows = await tx.accountAlarm.updateManyAndReturn({
      where: {
        mailKey: null,
        OR: [
          { resolvedAt: null, cause: { notIn: outages } },
          { resolvedAt: null, since: { lte: new Date(mail.at.getTime() - OUTAGE_MS) } },
          // A probe finds it right each time, and the requests that need it do not.
          { cause: { notIn: outages }, reopened: { gte: OFTEN } },
        ],
      },
      data: { mailKey: mail.key },
    });
    const alarms = rows.map(asAlarm);
    if (alarms.length > 0) await writeStaffReport(tx, { ...report, ...compose(alarms), nextTryAt: mail.at });
    return alarms;
  });
}
