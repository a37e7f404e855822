import type { AttentionStep } from '../../domain/attention';
import type { SessionId } from '../../domain/ids';
import type { Db, Tx } from '../database';
import { changeOrder, lockOrder, note } from '../orders/records';

export interface GivenUpMails {
  sessionId: SessionId;
  /** `title` is for the timeline. */
  mails: { key: string; title: string }[];
  /** Whether they are mails that wait for the provider. Such a mail is not its workflow's to give up. */
  waiting?: boolean;
  at: Date;
}

/**
 * Marks unsent mails as given up, with an entry on the timeline. If the mail was to the customer, the order needs
 * attention.
 */
export async function giveUpMails(db: Db, { sessionId, mails, waiting = false, at }: GivenUpMails): Promise<void> {
  await db.$transaction(async (tx) => {
    const order = await lockOrder(tx, sessionId);
    if (order === null) return;
    for (const { key, title } of mails) {
      const [given] = await tx.mail.updateManyAndReturn({
        where: { key, status: 'WRITTEN', nextTryAt: waiting ? { not: null } : null },
        data: { status: 'GIVEN_UP' },
        select: { lastError: true, audience: true },
      });
      if (!given) continue;
      const message = `${title} given up: ${given.lastError ?? 'never tried'}`;
      await note(tx, sessionId, at, { type: 'mail', message, actor: 'holdfast', key: `mail/${key}/given-up` });
      // An order that needs attention for another cause keeps its reason. The timeline shows the mail.
      const other = order.attentionStep !== null && order.attentionStep !== STUCK;
      if (given.audience === 'STAFF' || other) continue;
      const reason = `${message}. Correct the address, then have it sent again`;
      await changeOrder(tx, order, at, { attentionStep: CONTACT, attentionReason: reason, attentionSince: at });
      order.attentionStep = CONTACT;
    }
  });
}

/** The attention that a given-up mail raises. The next mail that reaches the customer clears it (`mark_mails`). */
const CONTACT: AttentionStep = 'contact';
/** The attention of a mail that is still tried. Giving it up takes its place. */
const STUCK: AttentionStep = 'mail';

/**
 * Erases the mails to a customer. That a mail was sent, and when, stays; an unsent one will never be sent.
 */
export async function forgetMails(tx: Tx, sessionId: SessionId): Promise<void> {
  await tx.mail.updateMany({ where: { sessionId, status: 'WRITTEN' }, data: { status: 'GIVEN_UP' } });
  await tx.mail.updateMany({ where: { sessionId }, data: { recipient: '', subject: '', html: '', text: '' } });
}
