import type { LedgerDay } from '../../domain/ledger';
import type { Db } from '../database';
import {
  findStaffReport,
  giveUpStaffReport,
  markStaffReportSent,
  type StaffReport,
  writeStaffReport,
} from '../mails/staff-reports';
import { claimUnreported, freeClaimed, type ListedDiscrepancy, markReported } from './discrepancies';
import { readLedgerDays } from './ledger';

/** What a report tells of. */
export interface ReportContent {
  discrepancies: ListedDiscrepancy[];
  days: LedgerDay[];
}

/**
 * The report of a key, written now with everything unreported unless it was written before. What is in one report is in no other, also when
 * two sweeps end at once. Null: there is nothing to report.
 * @param compose makes the mail; called inside the transaction
 */
export async function writeReport(
  db: Db,
  report: {
    key: string;
    template: string;
    recipient: string;
    at: Date;
    compose: (content: ReportContent) => Pick<StaffReport, 'subject' | 'html' | 'text'>;
  },
): Promise<StaffReport | null> {
  const { key, template, recipient, at, compose } = report;
  const written = await findStaffReport(db, key);
  if (written !== null) return written;
  return db.$transaction(async (tx) => {
    const discrepancies = await claimUnreported(tx, key);
    if (discrepancies.length === 0) return null;
    const days = await readLedgerDays(tx, at);
    return writeStaffReport(tx, { key, template, recipient, at, ...compose({ discrepancies, days }) });
  });
}

/** The report was sent: what it tells of is reported. */
export async function completeReport(db: Db, sent: { key: string; providerId: string; at: Date }): Promise<void> {
  await db.$transaction(async (tx) => {
    await markStaffReportSent(tx, sent);
    await markReported(tx, { reportKey: sent.key, at: sent.at });
  });
}

/** The report could not be sent: what it tells of goes with the next sweep's. */
export async function giveUpReport(db: Db, key: string): Promise<void> {
  await db.$transaction(async (tx) => {
    if (await giveUpStaffReport(tx, key)) await freeClaimed(tx, key);
  });
}
