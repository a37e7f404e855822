import { formatMoney, type Money } from '@holdfast/client';
import { dateLocale, locale } from './language';

/** An amount as the shopper writes it. */
export const money = (amount: Money): string => formatMoney(amount, locale());

/** Date and time of an RFC 3339 time, in the shopper's time zone. */
export const formatMoment = (time: string): string => dated(time, { dateStyle: 'medium', timeStyle: 'short' });
/** Its date. */
export const formatDay = (time: string): string => dated(time, { dateStyle: 'medium' });
/** Its time of day, for something that happens today. */
export const formatClock = (time: string): string => dated(time, { timeStyle: 'short' });

const dated = (time: string, options: Intl.DateTimeFormatOptions): string =>
  new Intl.DateTimeFormat(dateLocale(), options).format(new Date(time));
