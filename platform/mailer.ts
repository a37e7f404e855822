import { createHash } from 'node:crypto';
import { createTransport, type NodemailerError } from 'nodemailer';
import { type ErrorResponse, Resend } from 'resend';
import type { Env } from './env';

/** A mail as it goes out; the same bytes for the same key, always. */
export interface OutgoingMail {
  /** Resend's Idempotency-Key and, hashed, the Message-ID. */
  key: string;
  to: string;
  subject: string;
  html: string;
  text: string;
  tags: { template: string; order?: string };
}

/** Sends mail; resolves with the provider's id once it has taken the mail, else throws a `MailError`. */
export interface Mailer {
  send(mail: OutgoingMail): Promise<{ id: string }>;
}

/** Why a mail was not taken, without a word of the mail or of who gets it: it may stand in a history. */
export class MailError extends Error {
  override readonly name = 'MailError';

  /**
   * @param code the provider's word for it, or ours
   * @param retryable whether the same mail may be taken later; an answer that was lost counts as that
   * @param retryAfterMs how long the provider asks to wait
   */
  constructor(
    readonly code: string,
    readonly retryable: boolean,
    readonly retryAfterMs?: number,
  ) {
    super(`the mail was not taken: ${code}`);
  }
}

export type MailerEnv = Pick<Env, 'RESEND_API_KEY' | 'RESEND_BASE_URL' | 'SMTP_URL' | 'EMAIL_FROM'>;

/**
 * The mailer the environment asks for: SMTP where `SMTP_URL` is set, else Resend or what speaks its API at `RESEND_BASE_URL`.
 * @param timeout milliseconds until a mail counts as not answered
 */
export function createMailer(env: MailerEnv, timeout = 10_000): Mailer {
  const send = env.SMTP_URL ? throughSmtp(env, env.SMTP_URL, timeout) : throughResend(env, timeout);
  return {
    async send(mail) {
      if (!isOneAddress(mail.to)) throw new MailError('invalid_recipient', false);
      return send(mail);
    },
  };
}

type Send = Mailer['send'];

// --- Resend ---------------------------------------------------------------------------------------------------------------------------

function throughResend({ RESEND_API_KEY, RESEND_BASE_URL, EMAIL_FROM }: MailerEnv, timeout: number): Send {
  const resend = new Resend(RESEND_API_KEY, RESEND_BASE_URL ? { baseUrl: RESEND_BASE_URL } : {});
  return async ({ key, to, subject, html, text, tags }) => {
    const tagList = Object.entries(tags).map(([name, value]) => ({ name, value }));
    const headers = headersOf(EMAIL_FROM, key);
    const {
      data,
      error,
      headers: answered,
    } = await resend.emails.send(
      { from: EMAIL_FROM, to, subject, html, text, headers, tags: tagList },
      { idempotencyKey: idempotencyKey(key), signal: AbortSignal.timeout(timeout) },
    );
    if (data?.id) return { id: data.id };
    throw resendError(error, answered);
  };
}

/** Resend takes keys of 1–256 characters and keeps them 24 hours (https://resend.com/docs/dashboard/emails/idempotency-keys). */
const idempotencyKey = (key: string): string => (key.length <= 256 ? key : hash(key));

/**
 * Resend's answer as ours (https://resend.com/docs/api-reference/errors). An answer that is not Resend's (a proxy's page, a cut body, none at
 * all) has no status or comes as an `application_error`, and says nothing about the mail: the key makes another try safe.
 */
function resendError(error: ErrorResponse | null, headers: Record<string, string> | null): MailError {
  const status = error?.statusCode ?? 0;
  const code = /^[a-z_]{1,60}$/.test(error?.name ?? '') ? String(error?.name) : 'unexpected_answer';
  const passing = status < 400 || status === 408 || status === 429 || status >= 500;
  // Another try with this key is under way. The other 409 says that its bytes differ, which is a defect of ours.
  const underWay = code === 'concurrent_idempotent_requests';
  const seconds = Number(headers?.['retry-after']);
  return new MailError(code, passing || underWay, seconds > 0 ? seconds * 1000 : undefined);
}

// --- SMTP -----------------------------------------------------------------------------------------------------------------------------

function throughSmtp({ EMAIL_FROM }: MailerEnv, url: string, timeout: number): Send {
  const transport = createTransport({ url, disableFileAccess: true, disableUrlAccess: true });
  return async ({ key, to, subject, html, text, tags }) => {
    const { 'Message-ID': messageId, ...headers } = headersOf(EMAIL_FROM, key);
    const tagHeaders = { 'X-Holdfast-Template': tags.template, ...(tags.order && { 'X-Holdfast-Order': tags.order }) };
    try {
      // Addresses go as objects: a comma in a display name would make two of one.
      const envelope = {
        from: mailbox(EMAIL_FROM),
        to: mailbox(to),
        messageId,
        headers: { ...headers, ...tagHeaders },
      };
      await transport.sendMail({ ...envelope, subject, html, text, signal: AbortSignal.timeout(timeout) });
      return { id: messageId };
    } catch (error) {
      throw smtpError(error as NodemailerError);
    }
  };
}

/** Refused before a server was asked: no other try ends otherwise. */
const NEVER = new Set(['EENVELOPE', 'EMESSAGE', 'ENOAUTH', 'ECONFIG', 'EFILEACCESS', 'EURLACCESS']);

function smtpError({ code = 'unknown', responseCode, permanent }: NodemailerError): MailError {
  return new MailError(responseCode ? `smtp_${responseCode}` : `smtp_${code}`, !(permanent ?? NEVER.has(code)));
}

// --- Headers --------------------------------------------------------------------------------------------------------------------------

/** The same for the same key: a mail that goes twice after all is one mail to a reader's client. No holiday reply is asked for (RFC 3834). */
const headersOf = (from: string, key: string) => ({
  'Message-ID': `<${hash(key)}@${mailbox(from).address.split('@')[1]}>`,
  'Auto-Submitted': 'auto-generated',
});

const hash = (key: string): string => createHash('sha256').update(key).digest('hex').slice(0, 40);

/** `Name <address>`, or an address alone. */
function mailbox(text: string): { name: string; address: string } {
  const named = /^(.*)<([^<>]+)>$/s.exec(text.trim());
  const name = named?.[1]?.trim().replace(/^"(.*)"$/, '$1') ?? '';
  return { name, address: named?.[2] ?? text.trim() };
}

/** The name a sender gives itself, or its domain. */
export function senderName(from: string): string {
  const { name, address } = mailbox(from);
  return name || (address.split('@')[1] ?? address);
}

/** Whether this is one recipient: nothing in it may end the header, or make two of one. */
const isOneAddress = (text: string): boolean =>
  !/\p{Cc}/u.test(text) && /^[^\s@<>,;:"()[\]\\]+@[^\s@<>,;:"()[\]\\]+$/.test(mailbox(text).address);
