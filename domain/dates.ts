import { localeOfDates } from './locale';

/** A date for reading, in UTC: `8 December 2026`. In the language of the words, see `localeOfDates`. */
export const dayIn = (locale: string, at: Date): string => formattersOf(locale).day.format(at);

/** A date and time for reading, in UTC, which it says: `9 December 2026 at 23:59 UTC`. */
export const momentIn = (locale: string, at: Date): string => `${formattersOf(locale).moment.format(at)} UTC`;

/** The same in English, for staff and for banks. */
export const day = (at: Date): string => dayIn('en', at);
export const moment = (at: Date): string => momentIn('en', at);

interface Formatters {
  day: Intl.DateTimeFormat;
  moment: Intl.DateTimeFormat;
}

/** By locale. A formatter takes a hundred times as long to make as to use. */
const formatters = new Map<string, Formatters>();

function formattersOf(locale: string): Formatters {
  const kept = formatters.get(locale);
  if (kept) return kept;
  const language = localeOfDates(locale);
  const made = {
    day: new Intl.DateTimeFormat(language, { dateStyle: 'long', timeZone: 'UTC' }),
    moment: new Intl.DateTimeFormat(language, { dateStyle: 'long', timeStyle: 'short', timeZone: 'UTC' }),
  };
  formatters.set(locale, made);
  return made;
}
