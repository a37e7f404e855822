import type { AttentionStep } from '../../domain/attention';
import type { SessionId } from '../../domain/ids';
import { unsentKey } from '../../domain/mail';
import { DECISIONS } from '../../domain/order';
import type { Db, Tx } from '../database';
import { callForDecision } from '../orders/decisions';
import { changeOrder, type LockedOrder, lockOrder, note } from '../orders/records';

export interface GivenUpMails {
  sessionId: SessionId;
  /** `title` is for the timeline. */
  mails: { key: string; title: string }[];
  /** Whether they are mails that wait for the provider. Such a mail is not its workflow's to give up. */
  waiting?: boolean;
  /** Whether nothing is wrong with the mails: they could not be sent for too long. */
  lost?: boolean;
  at: Date;
}

/**
 * Marks unsent mails as given up, with an entry on the timeline. If a mail to the customer was refused, the order needs
 * attention. If a mail to anybody was lost though nothing is wrong with it, staff are called, because sending it again
 * would do. Safe to repeat.
 */
export async function giveUpMails(
  db: Db,
  { sessionId, mails, waiting = false, lost, at }: GivenUpMails,
): Promise<void> {
  await db.$transaction(async (tx) => {
    for (const mail of mails) {
      const order = await lockOrder(tx, sessionId);
      if (order === null) return;
      const given = await giveUp(tx, mail, waiting);
      if (lost && (given || (await wasNeverWritten(tx, sessionId, mail))))
        await callForLost(tx, order, mail, given, at);
      else if (given) await callForRefused(tx, order, mail, given, at);
    }
  });
}

interface GivenUp {
  lastError: string | null;
  audience: 'CUSTOMER' | 'STAFF';
}

async function giveUp(tx: Tx, { key }: { key: string }, waiting: boolean): Promise<GivenUp | undefined> {
  const [given] = await tx.mail.updateManyAndReturn({
    where: { key, status: 'WRITTEN', nextTryAt: waiting ? { not: null } : null },
    data: { status: 'GIVEN_UP' },
    select: { lastError: true, audience: true },
  });
  return given;
}

/** Whether nothing is known of a mail: it was neither written, nor left out because it was no longer true. */
async function wasNeverWritten(tx: Tx, sessionId: SessionId, { key }: { key: string }): Promise<boolean> {
  const traces = [
    await tx.mail.count({ where: { key } }),
    await tx.timelineEntry.count({ where: { sessionId, key: { in: [unsentKey(key), `mail/${key}/lost`] } } }),
  ];
  return traces.every((count) => count === 0);
}

async function callForLost(
  tx: Tx,
  order: LockedOrder,
  { key, title }: { key: string; title: string },
  given: GivenUp | undefined,
  at: Date,
): Promise<void> {
  const message = `${title} could not be sent for a day: ${given?.lastError ?? 'it was never tried'}`;
  await note(tx, order.sessionId, at, { type: 'mail', message, actor: 'holdfast', key: `mail/${key}/lost` });
  const reason = `${message}. Send it again, if it is still true (resend-email)`;
  await callForDecision(tx, order, at, { step: DECISIONS.mailLost, subject: key, reason });
}

async function callForRefused(
  tx: Tx,
  order: LockedOrder,
  { key, title }: { key: string; title: string },
  { lastError, audience }: GivenUp,
  at: Date,
): Promise<void> {
  const message = `${title} given up: ${lastError ?? 'never tried'}`;
  await note(tx, order.sessionId, at, { type: 'mail', message, actor: 'holdfast', key: `mail/${key}/given-up` });
  // An order that needs attention for another cause keeps its reason. The timeline shows the mail.
  const other = order.attentionStep !== null && order.attentionStep !== STUCK;
  if (audience === 'STAFF' || other) return;
  const reason = `${message}. Correct the address, then have it sent again`;
  await changeOrder(tx, order, at, { attentionStep: CONTACT, attentionReason: reason, attentionSince: at });
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
