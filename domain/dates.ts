/** A date for reading, in UTC: `8 December 2026`. */
export const day = (at: Date): string => DAY.format(at);

/** A date and time for reading: `9 December 2026 at 23:59 UTC`. */
export const moment = (at: Date): string => `${MOMENT.format(at)} UTC`;

const DAY = new Intl.DateTimeFormat('en-GB', { dateStyle: 'long', timeZone: 'UTC' });
const MOMENT = new Intl.DateTimeFormat('en-GB', { dateStyle: 'long', timeStyle: 'short', timeZone: 'UTC' });
