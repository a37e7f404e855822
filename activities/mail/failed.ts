import type { AccountCause } from '../../domain/fault';
import type { Template } from '../../emails';
import { MailError } from '../../platform/mailer';
import { toFailure } from '../failures';

/** A mail that was not written, or not accepted. */
export interface FailedMail {
  key: string;
  template: Template;
  code: string;
  retryable: boolean;
  retryAfterMs?: number | undefined;
  /** What refuses every mail. */
  cause?: AccountCause | null;
}

export const isFailed = (one: object): one is FailedMail => 'code' in one;

/** Turns any error into a code that is safe in a history and in the mail's row. */
export function failedMail({ key, template }: Pick<FailedMail, 'key' | 'template'>, error: unknown): FailedMail {
  const mail = { key, template, code: codeOf(error) };
  if (!(error instanceof MailError)) return { ...mail, retryable: true };
  const { fault, accountCause: cause, retryAfterMs } = error;
  return { ...mail, retryable: fault !== 'thing', retryAfterMs, cause };
}

/** The provider's code; of any other error, its type and what is safe to say of it. */
export function codeOf(error: unknown): string {
  if (error instanceof MailError) return error.code;
  const { type, message } = toFailure(error);
  return `${type}: ${message}`;
}
