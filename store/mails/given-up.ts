import type { AttentionStep } from '../../domain/attention';
import type { SessionId } from '../../domain/ids';
import type { Db, Tx } from '../database';
import { changeOrder, lockOrder, note } from '../orders/records';

export interface GivenUpMails {
  sessionId: SessionId;
  /** `title` is for the timeline. */
  mails: { key: string; title: string }[];
  at: Date;
}

/**
 * Marks mails that were not sent as given up. The timeline says so, and a customer who could not be written to needs
 * attention.
 */
export async function giveUpMails(db: Db, { sessionId, mails, at }: GivenUpMails): Promise<void> {
  await db.$transaction(async (tx) => {
    const order = await lockOrder(tx, sessionId);
    if (order === null) return;
    for (const { key, title } of mails) {
      const [given] = await tx.mail.updateManyAndReturn({
        where: { key, status: 'WRITTEN' },
        data: { status: 'GIVEN_UP' },
        select: { lastError: true, audience: true },
      });
      if (!given) continue;
      const message = `${title} given up: ${given.lastError ?? 'never tried'}`;
      await note(tx, sessionId, at, { type: 'mail', message, actor: 'holdfast', key: `mail/${key}/given-up` });
      // What needs a person already is left as it is; the timeline tells of the mail.
      if (given.audience === 'STAFF' || order.attentionStep !== null) continue;
      const reason = `${message}. Correct the address, then have it sent again`;
      await changeOrder(tx, order, at, { attentionStep: CONTACT, attentionReason: reason, attentionSince: at });
      order.attentionStep = CONTACT;
    }
  });
}

/** Raised by a mail that is given up; the next mail that reaches the customer lowers it (`mark_mails`). */
const CONTACT: AttentionStep = 'contact';

/**
 * Forgets what was written to a customer who is erased. That a mail went, and when, stays; one that has not gone
 * never will.
 */
export async function forgetMails(tx: Tx, sessionId: SessionId): Promise<void> {
  await tx.mail.updateMany({ where: { sessionId, status: 'WRITTEN' }, data: { status: 'GIVEN_UP' } });
  await tx.mail.updateMany({ where: { sessionId }, data: { recipient: '', subject: '', html: '', text: '' } });
}
