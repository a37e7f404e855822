import { storable } from './text';

/** The longest address that SMTP can carry (RFC 5321, 4.5.3.1.3, without the angle brackets). */
const LONGEST = 254;

/** Neither side may have anything that ends a mail header, or adds a second recipient to it. */
const ONE_RECIPIENT = /^[^\s@<>,;:"()[\]\\\p{Cc}]+@[^\s@<>,;:"()[\]\\\p{Cc}]+$/u;

/**
 * Whether a text can be the address of one recipient. This is far less strict than the RFC: addresses that break it are
 * in use, such as those with two dots in a row of a large Japanese provider. Stripe and the mail provider have the last
 * word.
 */
export const isEmailAddress = (text: string): boolean =>
  text.length <= LONGEST && ONE_RECIPIENT.test(text) && storable(text) === text;

/** Parses `Name <address>`, or an address alone. */
export function mailbox(text: string): { name: string; address: string } {
  const named = /^(.*)<([^<>]+)>$/s.exec(text.trim());
  const name = named?.[1]?.trim().replace(/^"(.*)"$/, '$1') ?? '';
  return { name, address: named?.[2] ?? text.trim() };
}

/** Whether this is exactly one recipient, with or without a name. */
export const isMailbox = (text: string): boolean => !/\p{Cc}/u.test(text) && isEmailAddress(mailbox(text).address);

/** The sender's display name, or its domain. */
export function senderName(from: string): string {
  const { name, address } = mailbox(from);
  return name || (address.split('@')[1] ?? address);
}
