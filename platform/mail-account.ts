import { TLSSocket } from 'node:tls';
import type SMTPConnection from 'nodemailer/lib/smtp-connection';
import type SMTPTransport from 'nodemailer/lib/smtp-transport';
import { mailbox } from '../domain/email';
import { type ServerCertificate, shownBy } from './certificates';
import { type MailerEnv, resendError, smtpError } from './mailer';

/** What the mail provider says about the account that mails are sent with. */
export type MailAccount =
  | { state: 'verified'; domain: string }
  | { state: 'unverified'; domain: string; status: string }
  | { state: 'absent'; domain: string }
  /** The key may only send, so nobody can ask. */
  | { state: 'send-only' }
  /** The SMTP server takes the login. */
  | { state: 'accepted' };

/**
 * Asks the provider whether it accepts the key or the login and, if it is Resend, whether it has verified the sender's
 * domain. Sends nothing.
 * @throws `MailError`
 */
export function askMailAccount(env: MailerEnv, timeout: number): Promise<MailAccount> {
  return env.SMTP_URL ? askSmtp(env.SMTP_URL, timeout) : askResend(env, timeout);
}

async function askResend(
  { RESEND_API_KEY, RESEND_BASE_URL, EMAIL_FROM }: MailerEnv,
  timeout: number,
): Promise<MailAccount> {
  const { Resend } = require('resend') as typeof import('resend');
  const resend = new Resend(RESEND_API_KEY, RESEND_BASE_URL ? { baseUrl: RESEND_BASE_URL } : {});
  const domain = mailbox(EMAIL_FROM).address.split('@')[1]?.toLowerCase() ?? '';
  const { data, error, headers } = await resend.domains.list({ limit: 100 }, { signal: AbortSignal.timeout(timeout) });
  if (error?.name === 'restricted_api_key') return { state: 'send-only' };
  if (!Array.isArray(data?.data)) throw resendError(error, headers);
  const found = data.data.find(({ name }) => name.toLowerCase() === domain);
  if (!found) return { state: 'absent', domain };
  return found.status === 'verified'
    ? { state: 'verified', domain }
    : { state: 'unverified', domain, status: found.status };
}

async function askSmtp(url: string, timeout: number): Promise<MailAccount> {
  const transport = smtpTransport(url, timeout);
  try {
    await transport.verify();
    return { state: 'accepted' };
  } catch (error) {
    throw smtpError(error as Parameters<typeof smtpError>[0]);
  } finally {
    transport.close();
  }
}

function smtpTransport(url: string, timeout: number) {
  const { createTransport } = require('nodemailer') as typeof import('nodemailer');
  return createTransport({ url, connectionTimeout: timeout, greetingTimeout: timeout, socketTimeout: timeout });
}

/**
 * The certificate that an SMTP server shows, from the start or after STARTTLS; null if it does not encrypt. Does not
 * log in. Rejects if the server does not answer.
 */
export function smtpCertificate(url: string, timeout: number): Promise<ServerCertificate | null> {
  const { options } = smtpTransport(url, timeout).transporter as SMTPTransport;
  const Connection = require('nodemailer/lib/smtp-connection') as typeof SMTPConnection;
  const connection = new Connection({ ...options, tls: { ...options.tls, rejectUnauthorized: false } });
  return new Promise((resolve, reject) => {
    connection.once('error', (error) => {
      connection.close();
      reject(error);
    });
    connection.connect(() => {
      const socket = connection._socket;
      resolve(socket instanceof TLSSocket ? shownBy(socket) : null);
      connection.close();
    });
  });
}
