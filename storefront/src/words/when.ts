const moment = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeStyle: 'short' });
const day = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium' });
const clock = new Intl.DateTimeFormat('en-GB', { timeStyle: 'short' });

/** An RFC 3339 time as people write it, in the shopper's own time zone. */
export const formatMoment = (time: string): string => moment.format(new Date(time));
/** Its day alone. */
export const formatDay = (time: string): string => day.format(new Date(time));
/** Its time of day alone, for what happens today. */
export const formatClock = (time: string): string => clock.format(new Date(time));
