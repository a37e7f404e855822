import type { MailState } from './order-snapshot';

/**
 * Where a mail is, in words for staff that go before a time.
 * @param explained where staff read why a mail did not go out or reach its reader
 */
export function mailInWords(state: MailState, explained: string): string {
  switch (state) {
    case 'under_way':
      return 'on its way to the mail provider since';
    case 'waiting':
      return 'waits, because the provider takes no mails; it goes out by itself; since';
    case 'sent':
      return 'sent,';
    case 'returned':
      return `did not reach its reader, as ${explained} explains,`;
    case 'unsent':
      return `not sent, as ${explained} explains,`;
    case 'given_up':
      return 'not sent, given up,';
  }
}
