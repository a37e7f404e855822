/** A date in the reader's language, in UTC. */
export const dayIn = (locale: string, at: Date): string =>
  at.toLocaleDateString(locale, { dateStyle: 'long', timeZone: 'UTC' });

/** A date and time in the reader's language, in UTC, which it says. */
export const momentIn = (locale: string, at: Date): string =>
  at.toLocaleString(locale, {
    ...{ year: 'numeric', month: 'long', day: 'numeric' },
    ...{ hour: 'numeric', minute: '2-digit', timeZone: 'UTC', timeZoneName: 'short' },
  });

/** A date for reading, in UTC: `8 December 2026`. */
export const day = (at: Date): string => DAY.format(at);

/** A date and time for reading: `9 December 2026 at 23:59 UTC`. */
export const moment = (at: Date): string => `${MOMENT.format(at)} UTC`;

const DAY = new Intl.DateTimeFormat('en-GB', { dateStyle: 'long', timeZone: 'UTC' });
const MOMENT = new Intl.DateTimeFormat('en-GB', { dateStyle: 'long', timeStyle: 'short', timeZone: 'UTC' });
