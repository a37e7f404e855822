import type { SessionId } from '../../domain/ids';
import { Prisma } from '../../prisma/generated/client';
import type { Db } from '../database';
import { note } from '../orders/records';
import type { WrittenMail } from './turn';

/** A mail that waits until its provider accepts mails again. `sessionId` is null if it is about no order. */
export interface WaitingMail extends WrittenMail {
  sessionId: SessionId | null;
}

/**
 * Makes mails wait that were refused because every mail is. From now on `sendWaitingMails` sends them, and not their
 * workflow. The timeline says so.
 * @param mails with the provider's code
 */
export async function letMailsWait(
  db: Db,
  { sessionId, mails, at }: { sessionId: SessionId; mails: { key: string; title: string; code: string }[]; at: Date },
): Promise<void> {
  if (mails.length === 0) return;
  await db.$transaction(async (tx) => {
    const entries = mails.map(({ key, title, code }) => ({
      ...{ type: 'mail', actor: 'holdfast', key: `mail/${key}/waits` },
      message: `${title} waits until the mail provider accepts mails again: ${code}`,
    }));
    await note(tx, sessionId, at, ...entries);
    await tx.mail.updateMany({
      where: { key: { in: mails.map(({ key }) => key) }, status: 'WRITTEN', nextTryAt: null },
      data: { nextTryAt: at },
    });
  });
}

/**
 * Claims the waiting mails that are due, the longest waiting first. Until `leasedUntil` no other process tries them.
 */
export async function claimWaitingMails(
  db: Db,
  { limit, at, leasedUntil }: { limit: number; at: Date; leasedUntil: Date },
): Promise<WaitingMail[]> {
  const rows = await db.$queryRaw<(WrittenMail & { sessionId: SessionId | null })[]>`
    UPDATE mails m SET next_try_at = ${leasedUntil}
    WHERE m.key IN (SELECT key FROM mails WHERE ${IS_WAITING} AND next_try_at <= ${at}
      ORDER BY next_try_at LIMIT ${limit} FOR UPDATE SKIP LOCKED)
    RETURNING m.key, m.template, m.audience::text AS audience, m.session_id AS "sessionId", m.order_number AS "orderNumber",
      m.recipient, m.subject, m.html, m.text, m.status::text AS status, m.next_try_at AS "nextTryAt"`;
  return rows;
}

/** How many mails wait. */
export async function countWaitingMails(db: Db): Promise<number> {
  const [{ count }] = await db.$queryRaw<[{ count: bigint }]>`SELECT count(*) AS count FROM mails WHERE ${IS_WAITING}`;
  return Number(count);
}

/** Spelled as in the index `mails_waiting`, so that sent mails are never read. */
const IS_WAITING = Prisma.sql`status = 'WRITTEN' AND next_try_at IS NOT NULL`;
