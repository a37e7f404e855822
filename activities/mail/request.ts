import type { SessionId } from '../../domain/ids';
import type { Template } from '../../emails';

/** A mail to be sent about an order. Its text is made from the database; only codes and ids travel. */
export interface MailRequest {
  template: Template;
  /**
   * The shipment, refund, or parked step with its time that the mail is about. Absent for mails sent once per order.
   */
  ref?: string;
  /** The key of a request by staff to send it again. That mail has its own row and key. */
  again?: string;
}

export type KeyedRequest = MailRequest & { key: string };

/** The key of a mail: of its row, at Resend, and for its Message-ID. */
export const mailKey = (sessionId: SessionId, { template, ref, again }: MailRequest): string =>
  [template, sessionId, ...(ref ? [ref] : []), ...(again ? ['again', again] : [])].join('/');
