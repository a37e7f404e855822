import type { SessionId } from '../../domain/ids';
import type { MailStep } from '../../domain/mail';
import type { Template } from '../../emails';

/** A mail to be sent about an order. Its text is made from the database; only codes and ids travel. */
export interface MailRequest {
  template: Template;
  /** Of a mail that calls staff: what needs them. */
  step?: MailStep;
  /** The id of the parcel, refund, dispute or report that the mail is about. Absent: it is about the order itself. */
  ref?: string;
  /** Which of several mails about the same it is: the time it began, a deadline, or a count. */
  episode?: string | number;
  /** The key of a request by staff to send it again. That mail has its own row and key. */
  again?: string;
}

export type KeyedRequest = MailRequest & { key: string };

/** The key of a mail: of its row, at Resend, and for its Message-ID. */
export const mailKey = (sessionId: SessionId, { template, step, ref, episode, again }: MailRequest): string =>
  [template, sessionId, step, ref, episode, ...(again ? ['again', again] : [])]
    .filter((part) => part !== undefined)
    .join('/');
