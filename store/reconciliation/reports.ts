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

/** The content of a report. */
export interface ReportContent {
  /** How many discrepancies are new. */
  count: number;
  /** The first of them. */
  discrepancies: ListedDiscrepancy[];
  days: LedgerDay[];
}

/** The most discrepancies that one mail lists; the rest are only counted. */
const MOST_LISTED = 100;

/**
 * The report with this key. If it does not exist yet, it is written now with everything unreported. No discrepancy is
 * in two reports, even if two sweeps end at the same time. Null if there is nothing to report.
 * @param compose renders the mail; called inside the transaction
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
    const { count, first } = await claimUnreported(tx, { reportKey: key, most: MOST_LISTED });
    if (count === 0) return null;
    const content = { count, discrepancies: first, days: await readLedgerDays(tx, at) };
    return writeStaffReport(tx, { key, template, recipient, at, ...compose(content) });
  });
}

/** Records that the report was sent, which makes its discrepancies reported. */
export async function completeReport(
  db: Db,
  sent: { key: string; providerId: string | null; at: Date },
): Promise<void> {
  await db.$transaction(async (tx) => {
    await markStaffReportSent(tx, sent);
    await markReported(tx, { reportKey: sent.key, at: sent.at });
  });
}

/** Records that the report could not be sent. The next sweep's report contains its discrepancies. */
export async function giveUpReport(db: Db, key: string): Promise<void> {
  await db.$transaction(async (tx) => {
    if (await giveUpStaffReport(tx, key)) await freeClaimed(tx, key);
  });
}
