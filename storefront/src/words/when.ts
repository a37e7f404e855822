const moment = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeStyle: 'short' });
const day = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium' });
const clock = new Intl.DateTimeFormat('en-GB', { timeStyle: 'short' });

/** Date and time of an RFC 3339 time, in the shopper's time zone. */
export const formatMoment = (time: string): string => moment.format(new Date(time));
/** Its date. */
export const formatDay = (time: string): string => day.format(new Date(time));
/** Its time of day, for something that happens today. */
export const formatClock = (time: string): string => clock.format(new Date(time));
