import type { Mail } from '../../prisma/generated/client';
import type { Db, Tx } from '../database';

/** A mail to staff that is not about an order. It is stored before it is sent, so that a retry sends the same bytes. */
export type StaffReport = Pick<Mail, 'key' | 'recipient' | 'subject' | 'html' | 'text' | 'status'>;

/** A report about rows that are claimed in the transaction that writes it. */
export type StaffReportAbout<Row> = Pick<StaffReport, 'key' | 'recipient'> & {
  template: string;
  at: Date;
  /** Renders the mail, inside the transaction. */
  compose(rows: Row[]): Pick<StaffReport, 'subject' | 'html' | 'text'>;
};

export const findStaffReport = (db: Db, key: string): Promise<StaffReport | null> =>
  db.mail.findUnique({ where: { key } });

/** @param mail with `nextTryAt` it waits to be sent with the mails that the provider refused */
export const writeStaffReport = (
  tx: Tx,
  { at, ...mail }: Omit<StaffReport, 'status'> & { template: string; at: Date; nextTryAt?: Date },
): Promise<StaffReport> => tx.mail.create({ data: { ...mail, audience: 'STAFF', status: 'WRITTEN', createdAt: at } });

/** Records that the mail provider has accepted the report. */
export async function markStaffReportSent(
  tx: Tx,
  { key, providerId, at }: { key: string; providerId: string | null; at: Date },
): Promise<void> {
  await tx.mail.updateMany({
    where: { key, status: { not: 'SENT' } },
    data: { status: 'SENT', attempts: { increment: 1 }, providerId, sentAt: at, lastError: null },
  });
}

/** @param lastError a code */
export async function noteStaffReportFailure(
  db: Db,
  { key, lastError }: { key: string; lastError: string },
): Promise<void> {
  await db.mail.updateMany({ where: { key, status: 'WRITTEN' }, data: { attempts: { increment: 1 }, lastError } });
}

/** Gives a report up. Returns false if there is no such mail, or it is no longer waiting to be sent. */
export async function giveUpStaffReport(tx: Tx, key: string): Promise<boolean> {
  const { count } = await tx.mail.updateMany({ where: { key, status: 'WRITTEN' }, data: { status: 'GIVEN_UP' } });
  return count > 0;
}

/** Removes those that were sent, or given up, and written before a time. */
export async function removeOldReports(db: Db, { before }: { before: Date }): Promise<void> {
  await db.mail.deleteMany({
    where: { sessionId: null, audience: 'STAFF', status: { not: 'WRITTEN' }, createdAt: { lt: before } },
  });
}
