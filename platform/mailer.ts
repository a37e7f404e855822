import { createHash } from 'node:crypto';
import { createTransport, type NodemailerError } from 'nodemailer';
import { type ErrorResponse, Resend } from 'resend';
import type { Env } from './env';

/** A mail as it is sent. The same key always means the same bytes. */
export interface OutgoingMail {
  /** Resend's Idempotency-Key and, hashed, the Message-ID. */
  key: string;
  to: string;
  subject: string;
  html: string;
  text: string;
  tags: { template: string; order?: string };
}

/** Sends mail. Resolves with the provider's id once the provider has accepted the mail, else throws a `MailError`. */
export interface Mailer {
  send(mail: OutgoingMail): Promise<{ id: string }>;
}

/**
 * Why a mail was not accepted. Contains nothing of the mail or its recipient, because it may appear in a workflow's
 * history.
 */
export class MailError extends Error {
  override readonly name = 'MailError';

  /**
   * @param code the provider's code, or ours
   * @param retryable whether the same mail may be accepted later; true when the response was lost
   * @param retryAfterMs how long the provider asks to wait
   */
  constructor(
    readonly code: string,
    readonly retryable: boolean,
    readonly retryAfterMs?: number,
  ) {
    super(`the mail was not accepted: ${code}`);
  }
}

export type MailerEnv = Pick<Env, 'RESEND_API_KEY' | 'RESEND_BASE_URL' | 'SMTP_URL' | 'EMAIL_FROM'>;

/**
 * The mailer for this environment: SMTP if `SMTP_URL` is set, else Resend, or whatever speaks its API at
 * `RESEND_BASE_URL`.
 * @param timeout milliseconds to wait for a response
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

// --- Resend --------------------------------------------------------------------------------------------------------

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

/**
 * Resend takes keys of 1–256 characters and keeps them 24 hours
 * (https://resend.com/docs/dashboard/emails/idempotency-keys).
 */
const idempotencyKey = (key: string): string => (key.length <= 256 ? key : hash(key));

/**
 * Translates Resend's error (https://resend.com/docs/api-reference/errors). A response that is not Resend's (a
 * proxy's page, a cut body, none at all) has no status, or comes as an `application_error`, and says nothing about
 * the mail: the key makes another try safe.
 */
function resendError(error: ErrorResponse | null, headers: Record<string, string> | null): MailError {
  const status = error?.statusCode ?? 0;
  const code = /^[a-z_]{1,60}$/.test(error?.name ?? '') ? String(error?.name) : 'unexpected_answer';
  const passing = status < 400 || status === 408 || status === 429 || status >= 500;
  // Another try with this key is under way. The other 409 says that the bytes differ, which is a defect here.
  const underWay = code === 'concurrent_idempotent_requests';
  const seconds = Number(headers?.['retry-after']);
  return new MailError(code, passing || underWay, seconds > 0 ? seconds * 1000 : undefined);
}

// --- SMTP ----------------------------------------------------------------------------------------------------------

function throughSmtp({ EMAIL_FROM }: MailerEnv, url: string, timeout: number): Send {
  const transport = createTransport({ url, disableFileAccess: true, disableUrlAccess: true });
  return async ({ key, to, subject, html, text, tags }) => {
    const { 'Message-ID': messageId, ...headers } = headersOf(EMAIL_FROM, key);
    const tagHeaders = { 'X-Holdfast-Template': tags.template, ...(tags.order && { 'X-Holdfast-Order': tags.order }) };
    try {
      // Addresses are passed as objects: a comma in a display name would split one address into two.
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

/** Refused before contacting a server: another try would end the same way. */
const NEVER = new Set(['EENVELOPE', 'EMESSAGE', 'ENOAUTH', 'ECONFIG', 'EFILEACCESS', 'EURLACCESS']);

function smtpError({ code = 'unknown', responseCode, permanent }: NodemailerError): MailError {
  return new MailError(responseCode ? `smtp_${responseCode}` : `smtp_${code}`, !(permanent ?? NEVER.has(code)));
}

// --- Headers -------------------------------------------------------------------------------------------------------

/**
 * The same for the same key, so that a mail client shows a mail sent twice only once. Asks for no automatic reply
 * (RFC 3834).
 */
const headersOf = (from: string, key: string) => ({
  'Message-ID': `<${hash(key)}@${mailbox(from).address.split('@')[1]}>`,
  'Auto-Submitted': 'auto-generated',
});

const hash = (key: string): string => createHash('sha256').update(key).digest('hex').slice(0, 40);

/** Parses `Name <address>`, or an address alone. */
function mailbox(text: string): { name: string; address: string } {
  const named = /^(.*)<([^<>]+)>$/s.exec(text.trim());
  const name = named?.[1]?.trim().replace(/^"(.*)"$/, '$1') ?? '';
  return { name, address: named?.[2] ?? text.trim() };
}

/** The sender's display name, or its domain. */
export function senderName(from: string): string {
  const { name, address } = mailbox(from);
  return name || (address.split('@')[1] ?? address);
}

/** Whether this is exactly one recipient: nothing in it may end the header or add another recipient. */
const isOneAddress = (text: string): boolean =>
  !/\p{Cc}/u.test(text) && /^[^\s@<>,;:"()[\]\\]+@[^\s@<>,;:"()[\]\\]+$/.test(mailbox(text).address);
