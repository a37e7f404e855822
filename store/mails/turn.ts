import type { SessionId } from '../../domain/ids';
import type { Db } from '../database';
import { columnsForMail, type OrderForMail, type OrderForMailColumns, toOrderForMail } from './order';

/** A mail as it is sent. Every attempt sends exactly these bytes. */
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
  /** Set if it waits until the provider accepts mails again: then its workflow does not send it. */
  nextTryAt: Date | null;
}

/**
 * The order that the mails of a turn are about (null if it is not written yet), and the mails with these keys that are
 * already written. One round trip.
 */
export async function readTurn(
  db: Db,
  { sessionId, keys }: { sessionId: SessionId; keys: string[] },
): Promise<{ order: OrderForMail | null; mails: WrittenMail[] }> {
  const [{ order, mails }] = await db.$queryRaw<[{ order: OrderForMailColumns | null; mails: MailColumns[] }]>`
    SELECT ${columnsForMail(sessionId)} AS order,
      (SELECT coalesce(jsonb_agg(to_jsonb(m)), '[]') FROM mails m WHERE m.key = ANY(${keys}::text[])) AS mails`;
  return { order: order && toOrderForMail(order), mails: mails.map(toWrittenMail) };
}

export interface NewMails {
  sessionId: SessionId;
  mails: Omit<WrittenMail, 'status' | 'nextTryAt'>[];
  /** Mails that are not sent, with the reason for the timeline. */
  unsent: { key: string; message: string }[];
  /** Whether the customer was already erased when the mails were composed. */
  wasErased: boolean;
  at: Date;
}

/**
 * Writes the mails of a turn, each key once: if two runs do so, both get the rows of the first. Returns null if the
 * customer was erased after the mails were composed, because nothing about them may be stored then. One round trip.
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
  sent: { key: string; providerId: string | null; message: string }[];
  /** Mails that the provider did not accept, with a code. */
  failed: { key: string; error: string }[];
  at: Date;
}

/**
 * Marks the mails that were sent, and records why others were not. A mail that reached the customer clears the
 * attention that a given-up mail had raised. One round trip.
 */
export async function markMails(db: Db, { sessionId, sent, failed, at }: TriedMails): Promise<void> {
  await db.$queryRaw`
    SELECT mark_mails(${sessionId}, ${JSON.stringify(sent)}::jsonb, ${JSON.stringify(failed)}::jsonb, ${at})`;
}

/** The columns as `to_jsonb` names them. */
type MailColumns = Omit<WrittenMail, 'orderNumber' | 'nextTryAt'> & {
  order_number: string | null;
  next_try_at: string | null;
};

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
  next_try_at: nextTryAt,
}: MailColumns): WrittenMail => ({
  ...{ key, template, audience, orderNumber, recipient, subject, html, text, status },
  nextTryAt: nextTryAt === null ? null : new Date(nextTryAt),
});
