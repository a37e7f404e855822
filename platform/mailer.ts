import type { NodemailerError } from 'nodemailer';
import type { ErrorResponse } from 'resend';
import { isMailbox, mailbox } from '../domain/email';
import { type AccountCause, type Fault, OUTAGES } from '../domain/fault';
import type { Env } from './env';
import { sha256 } from './sha256';
import { traced } from './trace';

/** A mail as it is sent. The same key always means the same bytes. */
export interface OutgoingMail {
  /** Resend's Idempotency-Key and, hashed, the Message-ID. */
  key: string;
  to: string;
  subject: string;
  html: string;
  text: string;
  tags: { template: string; order?: string };
  /** Where one POST ends mails of this kind, where the reader may refuse them. */
  unsubscribe?: string;
}

/**
 * Sends mail. Resolves with the provider's id once the provider has accepted the mail, else throws a `MailError`. The
 * id is null where the provider took a mail under this key before, in other words.
 */
export interface Mailer {
  send(mail: OutgoingMail): Promise<{ id: string | null }>;
}

/** `thing`: this mail is refused for good. `moment`: it may be accepted in a moment. Else: what stops every mail. */
type WhyRefused = 'thing' | 'moment' | AccountCause;

/**
 * Why a mail was not accepted. Contains nothing of the mail or its recipient, because it may appear in a workflow's
 * history.
 */
export class MailError extends Error {
  override readonly name = 'MailError';

  /** Whose fault it is: this mail's, the account's (see `accountCause`), or this moment's. */
  readonly fault: Fault;
  /** What stops every mail; null if only this one is refused, or has to wait a moment. */
  readonly accountCause: AccountCause | null;

  /**
   * @param code the provider's code, or ours
   * @param why a lost response is `mail_provider_down`, which may stop every mail
   * @param retryAfterMs how long the provider asks to wait
   */
  constructor(
    readonly code: string,
    why: WhyRefused,
    readonly retryAfterMs?: number,
  ) {
    super(`the mail was not accepted: ${code}`);
    const ofAccount = why !== 'thing' && why !== 'moment';
    this.accountCause = ofAccount ? why : null;
    this.fault = !ofAccount ? why : OUTAGES.has(why) ? 'moment' : 'account';
  }
}

export type MailerEnv = Pick<Env, 'RESEND_API_KEY' | 'RESEND_BASE_URL' | 'SMTP_URL' | 'EMAIL_FROM'>;

/**
 * The mailer for this environment: SMTP if `SMTP_URL` is set, else Resend, or whatever speaks its API at
 * `RESEND_BASE_URL`.
 * @param timeout milliseconds to wait for a response
 */
export function createMailer(env: MailerEnv, timeout = 10_000): Mailer {
  const provider = env.SMTP_URL ? 'smtp' : 'resend';
  const send = env.SMTP_URL ? throughSmtp(env, env.SMTP_URL, timeout) : throughResend(env, timeout);
  return {
    async send(mail) {
      if (!isMailbox(mail.to)) throw new MailError('invalid_recipient', 'thing');
      const { template, order } = mail.tags;
      const attributes = { 'mail.template': template, 'mail.provider': provider, 'holdfast.order.number': order };
      return traced({ name: `send ${template}`, kind: 'client', attributes }, () => send(mail));
    },
  };
}

type Send = Mailer['send'];

// --- Resend --------------------------------------------------------------------------------------------------------

function throughResend({ RESEND_API_KEY, RESEND_BASE_URL, EMAIL_FROM }: MailerEnv, timeout: number): Send {
  const { Resend } = require('resend') as typeof import('resend'); // not loaded where mails go by SMTP
  const resend = new Resend(RESEND_API_KEY, RESEND_BASE_URL ? { baseUrl: RESEND_BASE_URL } : {});
  return async ({ key, to, subject, html, text, tags, unsubscribe }) => {
    const tagList = Object.entries(tags).map(([name, value]) => ({ name, value }));
    const headers = headersOf(EMAIL_FROM, key, unsubscribe);
    const {
      data,
      error,
      headers: answered,
    } = await resend.emails.send(
      { from: EMAIL_FROM, to, subject, html, text, headers, tags: tagList },
      { idempotencyKey: idempotencyKey(key), signal: AbortSignal.timeout(timeout) },
    );
    if (data?.id) return { id: data.id };
    if (error?.name === TAKEN_BEFORE) return { id: null };
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
export function resendError(error: ErrorResponse | null, headers: Record<string, string> | null): MailError {
  const status = error?.statusCode ?? 0;
  const code = /^[a-z_]{1,60}$/.test(error?.name ?? '') ? String(error?.name) : 'unexpected_answer';
  const seconds = Number(headers?.['retry-after']);
  return new MailError(code, RESEND_CODES[code] ?? byStatus(status), seconds > 0 ? seconds * 1000 : undefined);
}

/**
 * The key was used for other bytes within a day. A mail is sent as it is stored, so its first version was stored in a
 * database that has since been restored from a backup. Its reader has it, and needs no second one.
 */
const TAKEN_BEFORE = 'invalid_idempotent_request';

/** The codes that mean something else than their status. */
const RESEND_CODES: Record<string, WhyRefused> = {
  daily_quota_exceeded: 'mail_quota',
  monthly_quota_exceeded: 'mail_quota',
  rate_limit_exceeded: 'moment',
  // EMAIL_FROM is not an address.
  invalid_from_address: 'mail_key',
  // Another attempt with this key is in progress.
  concurrent_idempotent_requests: 'moment',
};

/**
 * A 401 or 403 is about the key or the sender (“The domain is not verified”, “You can only send testing emails to your
 * own address”), a 404 or 405 about `RESEND_BASE_URL`: each is the same for every mail.
 */
function byStatus(status: number): WhyRefused {
  if ([401, 403, 404, 405].includes(status)) return 'mail_key';
  if (status === 429) return 'moment';
  return status < 400 || status === 408 || status >= 500 ? 'mail_provider_down' : 'thing';
}

// --- SMTP ----------------------------------------------------------------------------------------------------------

function throughSmtp({ EMAIL_FROM }: MailerEnv, url: string, timeout: number): Send {
  const { createTransport } = require('nodemailer') as typeof import('nodemailer'); // not loaded where Resend sends
  const transport = createTransport({ url, disableFileAccess: true, disableUrlAccess: true });
  return async ({ key, to, subject, html, text, tags, unsubscribe }) => {
    const { 'Message-ID': messageId, ...headers } = headersOf(EMAIL_FROM, key, unsubscribe);
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

/** Nodemailer's codes for a login or settings that no mail can be sent with, and for a mail that cannot be sent. */
const OUR_SETTINGS = new Set(['EAUTH', 'ENOAUTH', 'EOAUTH2', 'ECONFIG', 'EREQUIRETLS']);
const THIS_MAIL = new Set(['EENVELOPE', 'EMESSAGE', 'EFILEACCESS', 'EURLACCESS', 'EMAXRECIPIENTS']);
/** Authentication required, too weak, or refused (RFC 4954 section 6). */
const LOGIN_REFUSED = new Set([530, 534, 535, 538]);

export function smtpError(error: NodemailerError): MailError {
  const { code = 'unknown', responseCode } = error;
  return new MailError(responseCode ? `smtp_${responseCode}` : `smtp_${code}`, smtpFault(error));
}

/**
 * Whose fault an SMTP error is. A login or a sender refused for good is the same for every mail; any other lasting
 * refusal is about this one. `5.4.5` is how large providers say that the day's quota is spent.
 */
function smtpFault({ code = '', command, response = '', responseCode, permanent }: NodemailerError): WhyRefused {
  if (response.includes(' 5.4.5 ')) return 'mail_quota';
  if (responseCode !== undefined && !permanent) return 'moment';
  if (OUR_SETTINGS.has(code) || LOGIN_REFUSED.has(responseCode ?? 0) || command === 'MAIL FROM') return 'mail_key';
  return responseCode !== undefined || THIS_MAIL.has(code) ? 'thing' : 'mail_provider_down';
}

// --- Headers -------------------------------------------------------------------------------------------------------

/**
 * The same for the same key, so that a mail client shows a mail sent twice only once. Asks for no automatic reply
 * (RFC 3834), and says how its reader can have no more of them with one press of a button (RFC 8058).
 */
const headersOf = (from: string, key: string, unsubscribe: string | undefined) => ({
  'Message-ID': `<${hash(key)}@${mailbox(from).address.split('@')[1]}>`,
  'Auto-Submitted': 'auto-generated',
  ...(unsubscribe !== undefined && {
    'List-Unsubscribe': `<${unsubscribe}>`,
    'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click',
  }),
});

const hash = (key: string): string => sha256(key).slice(0, 40);
