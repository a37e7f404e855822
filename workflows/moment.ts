const MOMENT = new Intl.DateTimeFormat('en-GB', {
  ...{ day: 'numeric', month: 'long', year: 'numeric', hour: '2-digit', minute: '2-digit', timeZone: 'UTC' },
});

/**
 * A time as staff read it: `2 December 2026, 16:46 UTC`.
 * @param at RFC 3339, or milliseconds since the epoch
 */
export const moment = (at: string | number): string => `${MOMENT.format(new Date(at)).replace(' at ', ', ')} UTC`;
