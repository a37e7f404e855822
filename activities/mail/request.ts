import type { MailParts } from '../../domain/mail';
import type { Template } from '../../emails';

/** A mail to be sent about an order. Its text is made from the database; only codes and ids travel. */
export interface MailRequest extends MailParts {
  template: Template;
}

export type KeyedRequest = MailRequest & { key: string };
