import type { SessionId } from '../../domain/ids';
import type { Db } from '../database';
import { type OrderForMail, type OrderForMailColumns, toOrderForMail } from './order';

/** A mail as it is to be sent: every try sends these very bytes. */
export interface WrittenMail {
  key: string;
  template: string;
  audience: 'CUSTOMER' | 'STAFF';
  orderNumber: string | null;
  recipient: string;
  subject: string;
  html: string;
  text: string;
  status: 'WRITTEN' | 'SENT' | 'GIVEN_UP';
}

/**
 * The order that the mails of a turn tell of (null when it is not written yet), and those of these keys that are
 * written. One round trip.
 */
export async function readTurn(
  db: Db,
  { sessionId, keys }: { sessionId: SessionId; keys: string[] },
): Promise<{ order: OrderForMail | null; mails: WrittenMail[] }> {
  const [{ order, mails }] = await db.$queryRaw<[{ order: OrderForMailColumns | null; mails: MailColumns[] }]>`
    SELECT order_for_mail(${sessionId}) AS order,
      (SELECT coalesce(jsonb_agg(to_jsonb(m)), '[]') FROM mails m WHERE m.key = ANY(${keys}::text[])) AS mails`;
  return { order: order && toOrderForMail(order), mails: mails.map(toWrittenMail) };
}

export interface NewMails {
  sessionId: SessionId;
  mails: Omit<WrittenMail, 'status'>[];
  /** Mails that are not sent, and why: for the timeline. */
  unsent: { key: string; message: string }[];
  /** Whether the customer was erased already when the mails were composed. */
  wasErased: boolean;
  at: Date;
}

/**
 * Writes the mails of a turn, each key once: of two runs, both get the rows of the first. Null where the customer was
 * erased since the mails were composed: nothing of them may be written down any more. One round trip.
 */
export async function writeMails(
  db: Db,
  { sessionId, mails, unsent, wasErased, at }: NewMails,
): Promise<WrittenMail[] | null> {
  const [{ written }] = await db.$queryRaw<[{ written: MailColumns[] | null }]>`
    SELECT write_mails(${sessionId}, ${JSON.stringify(mails)}::jsonb, ${JSON.stringify(unsent)}::jsonb, ${wasErased}, ${at}) AS written`;
  return written === null ? null : written.map(toWrittenMail);
}

export interface TriedMails {
  sessionId: SessionId;
  /** `message` is for the timeline. */
  sent: { key: string; providerId: string; message: string }[];
  /** What the provider did not take, with a code. */
  failed: { key: string; error: string }[];
  at: Date;
}

/**
 * Marks what was sent, and notes why others were not. A mail that reached the customer ends the call that they could
 * not be reached. One round trip.
 */
export async function markMails(db: Db, { sessionId, sent, failed, at }: TriedMails): Promise<void> {
  await db.$queryRaw`
    SELECT mark_mails(${sessionId}, ${JSON.stringify(sent)}::jsonb, ${JSON.stringify(failed)}::jsonb, ${at})`;
}

/** The columns as `to_jsonb` names them. */
type MailColumns = Omit<WrittenMail, 'orderNumber'> & { order_number: string | null };

const toWrittenMail = ({
  key,
  template,
  audience,
  order_number: orderNumber,
  recipient,
  subject,
  html,
  text,
  status,
}: MailColumns): WrittenMail => ({ key, template, audience, orderNumber, recipient, subject, html, text, status });
