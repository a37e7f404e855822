/**
 * Amounts, between whole numbers of a currency's smallest unit and the way people write them; and which amounts a
 * currency can have (https://docs.stripe.com/currencies).
 */
import { invalid, type Refusal } from '../http/errors';

const ZERO_DECIMAL = new Set('bif clp djf gnf jpy kmf krw mga pyg rwf vnd vuv xaf xof xpf'.split(' '));
const THREE_DECIMAL = new Set('bhd jod kwd omr tnd'.split(' '));
/** Without a minor unit, but counted in hundredths all the same. */
const WHOLE_ONLY = new Set(['isk', 'ugx']);

const digitsOf = (currency: string): number => (ZERO_DECIMAL.has(currency) ? 0 : THREE_DECIMAL.has(currency) ? 3 : 2);

/** `formatAmount(1250, 'eur')` is `€12.50`. */
export function formatAmount(amount: number, currency: string, locale = 'en'): string {
  const digits = digitsOf(currency);
  return new Intl.NumberFormat(locale, {
    style: 'currency',
    currency,
    currencyDisplay: 'narrowSymbol',
    minimumFractionDigits: WHOLE_ONLY.has(currency) ? 0 : digits,
    maximumFractionDigits: digits,
  }).format(amount / 10 ** digits);
}

/** An amount as a person typed it, in the currency's smallest unit; undefined if it is not a number. */
export function parseAmount(typed: string, currency: string): number | undefined {
  const amount = Number(typed.trim().replace(',', '.'));
  if (typed.trim() === '' || Number.isNaN(amount)) return undefined;
  return Math.round(amount * 10 ** digitsOf(currency));
}

/** The amount nearest to this one that the currency can have: a share of one, or a tax on it, need not be such. */
export function rounded(amount: number, currency: string): number {
  const step = WHOLE_ONLY.has(currency) ? 100 : THREE_DECIMAL.has(currency) ? 10 : 1;
  return Math.round(amount / step) * step;
}

/** @throws Refusal for an amount that the currency cannot have */
export function refuseImpossible(amount: number | null | undefined, currency: string, param: string): void {
  const code = currency.toUpperCase();
  if (WHOLE_ONLY.has(currency) && (amount ?? 0) % 100 !== 0)
    throw impossible(
      `Currency ${code} has become effectively zero-decimal and charged amounts must be evenly divisible by 100. See https://stripe.com/docs/currencies#special-cases for more information.`,
      param,
    );
  if (THREE_DECIMAL.has(currency) && (amount ?? 0) % 10 !== 0)
    throw impossible(
      `The last digit of an amount in ${code} must be 0. See https://stripe.com/docs/currencies#three-decimal for more information.`,
      param,
    );
}

const impossible = (why: string, param: string): Refusal =>
  invalid(`Invalid amount. ${why}`, { code: 'invalid_charge_amount_no_decimal_compatible', param });
