import { get } from './http';
import type { System } from './system';

export interface Mail {
  to: string[];
  subject: string;
  template: string;
}

/** The mails of an order in the outbox, oldest first. */
export async function mailsOf({ outbox }: System, number: string): Promise<Mail[]> {
  const { data } = await get<{ data: { to: string[]; subject: string; tags: Record<string, string> }[] }>(
    `${outbox}/api/mails?order=${number}`,
  );
  return data.map(({ to, subject, tags }) => ({ to, subject, template: tags.template ?? '' })).reverse();
}
