import { writeReport } from '../../emails/reconciliation-report';
import { senderName } from '../../platform/mailer';
import type { Mail } from '../../prisma/generated/client';
import type { Deps } from '../deps';
import { toFailure } from '../failures';
import { UNTOLD } from './compare';

const TEMPLATE = 'reconciliation_report';

/** The mail that tells staff what a sweep has found: one for all that is new, and each thing in one mail alone. */
export const reconciliationReport = (deps: Deps) => {
  const { db, clock, mailer, env } = deps;

  return {
    /**
     * Writes the mail with everything that nobody was told of, or finds the one it has written, and sends it. What is in one mail is in no
     * other, also when two sweeps end at once.
     */
    async sendReport({ id }: { id: string }): Promise<void> {
      const key = keyOf(id);
      const mail = (await db.mail.findUnique({ where: { key } })) ?? (await writeDown(id, key));
      if (mail?.status === 'WRITTEN') await send(mail);
    },

    /** Nobody took it: what it was to tell goes with the next sweep's. */
    async giveUpReport({ id }: { id: string }): Promise<void> {
      const key = keyOf(id);
      await db.$transaction(async (tx) => {
        const { count } = await tx.mail.updateMany({
          where: { key, status: 'WRITTEN' },
          data: { status: 'GIVEN_UP' },
        });
        if (count > 0) await tx.discrepancy.updateMany({ where: { reportKey: key }, data: { reportKey: null } });
      });
    },
  };

  async function writeDown(id: string, key: string): Promise<Mail | null> {
    const at = new Date(clock.now());
    return db.$transaction(async (tx) => {
      const { count } = await tx.discrepancy.updateMany({ where: UNTOLD, data: { reportKey: key } });
      if (count === 0) return null;
      const discrepancies = await tx.discrepancy.findMany({
        where: { reportKey: key },
        orderBy: [{ kind: 'asc' }, { firstSeenAt: 'asc' }, { reference: 'asc' }],
      });
      const days = await tx.$queryRaw<DayRow[]>`
        SELECT to_char(d.day, 'YYYY-MM-DD') AS day, d.currency, d.captured, d.refunded, d.disputed, d.fees, d.paid_out, d.left_out,
          d.orders_captured, d.orders_refunded
        FROM ledger_days((${at}::timestamptz AT TIME ZONE 'UTC')::date - 1, (${at}::timestamptz AT TIME ZONE 'UTC')::date) d`;
      const written = writeReport({
        shop: senderName(env.EMAIL_FROM),
        address: `${env.PUBLIC_URL}/admin/reconciliations/${id}`,
        discrepancies,
        days: days.map(({ day, currency, ...sums }) => ({
          day,
          currency,
          captured: Number(sums.captured),
          refunded: Number(sums.refunded),
          disputed: Number(sums.disputed),
          fees: Number(sums.fees),
          paidOut: Number(sums.paid_out),
          leftOut: Number(sums.left_out),
          ordersCaptured: Number(sums.orders_captured),
          ordersRefunded: Number(sums.orders_refunded),
        })),
      });
      const row = { key, template: TEMPLATE, recipient: env.STAFF_EMAIL, ...written };
      return tx.mail.create({ data: { ...row, audience: 'STAFF', status: 'WRITTEN', createdAt: at } });
    });
  }

  async function send({ key, recipient, subject, html, text }: Mail): Promise<void> {
    try {
      const { id } = await mailer.send({ key, to: recipient, subject, html, text, tags: { template: TEMPLATE } });
      const at = new Date(clock.now());
      await db.$transaction([
        db.mail.updateMany({
          where: { key, status: { not: 'SENT' } },
          data: { status: 'SENT', attempts: { increment: 1 }, providerId: id, sentAt: at, lastError: null },
        }),
        db.discrepancy.updateMany({ where: { reportKey: key, reportedAt: null }, data: { reportedAt: at } }),
      ]);
    } catch (error) {
      const lastError = toFailure(error).type ?? 'unknown';
      await db.mail.updateMany({ where: { key, status: 'WRITTEN' }, data: { attempts: { increment: 1 }, lastError } });
      throw error;
    }
  }
};

const keyOf = (id: string): string => `${TEMPLATE}/${id}`;

interface DayRow {
  day: string;
  currency: string;
  captured: bigint;
  refunded: bigint;
  disputed: bigint;
  fees: bigint;
  paid_out: bigint;
  left_out: bigint;
  orders_captured: bigint;
  orders_refunded: bigint;
}
