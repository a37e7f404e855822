import type { ReactElement } from 'react';
import type { MailFacts } from './facts';

/** One kind of mail. To add one, write a file like the others and add it to `TEMPLATES` in index.ts. */
export interface MailTemplate {
  audience: 'customer' | 'staff';
  /** Its name on the order's timeline, e.g. `Order confirmation`. */
  title: string;
  /** The mail, or null if it would not be true: the order may have moved on while the mail waited. */
  write(facts: MailFacts): Written | null;
}

export interface Written {
  subject: string;
  body: ReactElement;
}
