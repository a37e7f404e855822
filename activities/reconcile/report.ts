import { senderName } from '../../domain/email';
import { writeReport as composeReport } from '../../emails/reconciliation-report';
import { noteStaffReportFailure, type StaffReport } from '../../store/mails/staff-reports';
import { completeReport, giveUpReport, writeReport } from '../../store/reconciliation/reports';
import type { Deps } from '../deps';
import { deliver } from '../mail/deliver';
import { codeOf } from '../mail/failed';

const TEMPLATE = 'reconciliation_report';

/**
 * Activities that mail staff what a sweep has found: one mail for everything new, and each discrepancy in one mail
 * only.
 */
export const reconciliationReport = (deps: Deps) => {
  const { db, clock, env } = deps;
  return {
    /** Writes the mail with everything unreported, or finds the one written earlier, and sends it. */
    async sendReport({ id }: { id: string }): Promise<void> {
      const report = await writeReport(db, {
        key: keyOf(id),
        template: TEMPLATE,
        recipient: env.STAFF_EMAIL,
        at: new Date(clock.now()),
        compose: (content) =>
          composeReport({
            shop: senderName(env.EMAIL_FROM),
            address: `${env.ADMIN_URL}/admin/reconciliations/${id}`,
            ...content,
          }),
      });
      if (report?.status === 'WRITTEN') await send(report);
    },

    /** Gives the mail up. The next sweep's mail reports the same discrepancies. */
    async giveUpReport({ id }: { id: string }): Promise<void> {
      await giveUpReport(db, keyOf(id));
    },
  };

  async function send(report: StaffReport): Promise<void> {
    const { key } = report;
    try {
      const providerId = await deliver(deps, { ...report, template: TEMPLATE, orderNumber: null });
      await completeReport(db, { key, providerId, at: new Date(clock.now()) });
    } catch (error) {
      await noteStaffReportFailure(db, { key, lastError: codeOf(error) });
      throw error;
    }
  }
};

const keyOf = (id: string): string => `${TEMPLATE}/${id}`;
