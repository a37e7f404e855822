import type { ReactElement } from 'react';
import type { MailFacts } from './facts';
import type { MailWords } from './words/en';

/** One kind of mail. To add one, write a file like the others and add it to `TEMPLATES` in index.ts. */
export interface MailTemplate {
  audience: 'customer' | 'staff';
  /** Its name on the order's timeline, e.g. `Order confirmation`. */
  title: string;
  /**
   * The mail, or null if it would not be true: the order may have moved on while the mail waited.
   * @param words in the customer's language; mails to staff are in English, and have their words in the template
   */
  write(facts: MailFacts, words: MailWords): Written | null;
}

/** What a mail to a customer is rendered from. */
export type InWords = MailFacts & { words: MailWords };

export interface Written {
  subject: string;
  body: ReactElement;
}
