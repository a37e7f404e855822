import type { AttentionStep } from '../../domain/attention';
import type { SessionId } from '../../domain/ids';
import { isUnasked } from '../../domain/mail';
import { describeOutcome, hasFailed, isMore, type MailOutcome } from '../../domain/mail-outcome';
import { addressHash } from '../../platform/links';
import type { Mail } from '../../prisma/generated/client';
import type { Db, Tx } from '../database';
import { changeOrder, type LockedOrder, lockOrder, note, readUnreached } from '../orders/records';
import { unsubscribe } from './unsubscribed';

/** What the provider reports of a mail. */
export interface MailReport {
  /** The provider's id of the mail. */
  providerId: string;
  outcome: MailOutcome;
  /** The provider's code; null if it gave none that is safe to keep. */
  code: string | null;
  recipients: readonly string[];
  /** As the mail was sent with; null where it had none. */
  template: string | null;
  orderNumber: string | null;
  at: Date;
}

interface RecordedReport {
  /** The order that the mail was about; null if it was about none. */
  sessionId: SessionId | null;
  template: string;
  toStaff: boolean;
  /** Whether it says what was not known yet. */
  isNews: boolean;
}

/**
 * Records what became of a mail, with an entry on the order's timeline. One to the customer that did not reach them
 * calls staff, as a given-up one does, but not if it was about an expired checkout: nothing was bought. If its reader
 * complained about such a mail, or about one that says what is back in stock, they get no more of either. Safe to
 * repeat, in any order.
 * @returns null if the mail is not one of ours
 */
export async function recordOutcome(db: Db, report: MailReport): Promise<RecordedReport | null> {
  const mail = await findReported(db, report);
  if (mail === null) return null;
  const sessionId = mail.sessionId as SessionId | null;
  const isNews = await db.$transaction((tx) => record(tx, mail.key, sessionId, report));
  const { template, recipient } = mail;
  // However often it comes: a process may have died between the two.
  if (report.outcome === 'COMPLAINED' && isUnasked(template) && recipient !== '')
    await unsubscribe(db, { hash: addressHash(recipient), at: report.at });
  return { sessionId, template, toStaff: mail.audience === 'STAFF', isNews };
}

/**
 * The mail by the provider's id. A report may come before the answer to the request that sent the mail, or that answer
 * may be lost: then it is the one of this template about this order, to this address, that is not known to be sent.
 */
async function findReported(db: Db, report: MailReport): Promise<Mail | null> {
  const { providerId, template, orderNumber, recipients } = report;
  const known = await db.mail.findFirst({ where: { providerId } });
  if (known !== null || template === null || orderNumber === null) return known;
  const order = await db.order.findUnique({ where: { number: orderNumber }, select: { sessionId: true } });
  if (order === null) return null;
  return db.mail.findFirst({
    where: { sessionId: order.sessionId, template, recipient: { in: [...recipients] }, providerId: null },
    orderBy: { createdAt: 'asc' },
  });
}

async function record(tx: Tx, key: string, sessionId: SessionId | null, report: MailReport): Promise<boolean> {
  const { outcome, code, at } = report;
  const order = sessionId === null ? null : await lockOrder(tx, sessionId);
  const mail = await tx.mail.findUnique({ where: { key } });
  if (mail === null || !isMore(outcome, mail.outcome)) return false;
  await tx.mail.update({ where: { key }, data: { outcome, outcomeAt: at, outcomeCode: code } });
  if (!order) return true;
  const message = describeOutcome(mail.template, outcome, code);
  await note(tx, order.sessionId, at, { type: 'mail', message, actor: 'holdfast', key: `mail/${key}/${outcome}` });
  if (hasFailed(outcome)) await callForUnreached(tx, order, at);
  return true;
}

/** An order that needs attention for another cause keeps its reason; this one is shown once that is done. */
async function callForUnreached(tx: Tx, order: LockedOrder, at: Date): Promise<void> {
  const { attentionStep } = order;
  if (attentionStep !== null && attentionStep !== CONTACT && attentionStep !== STUCK) return;
  const unreached = await readUnreached(tx, order.sessionId as SessionId);
  if (unreached === null) return;
  const { reason: attentionReason, since: attentionSince } = unreached;
  await changeOrder(tx, order, at, { attentionStep: CONTACT, attentionReason, attentionSince });
}

/** As in given-up.ts. */
const CONTACT: AttentionStep = 'contact';
const STUCK: AttentionStep = 'mail';
