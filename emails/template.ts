import type { ReactElement } from 'react';
import type { MailFacts } from './facts';

/** One kind of mail. A new one is a file of its own and a row of `TEMPLATES` in index.ts. */
export interface MailTemplate {
  audience: 'customer' | 'staff';
  /** What it is, for the timeline: `Order confirmation`. */
  title: string;
  /** The mail, or null when there is nothing true to say (any more): an order moves on while a mail waits. */
  write(facts: MailFacts): Written | null;
}

export interface Written {
  subject: string;
  body: ReactElement;
}
