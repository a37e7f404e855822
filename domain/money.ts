/** Money as Stripe has it: an integer in the currency's smallest unit, with the lower-case ISO 4217 code beside it. */
export interface Money {
  amount: number;
  currency: string;
}

/**
 * Currencies without a minor unit: Stripe's amount is in whole units
 * (https://docs.stripe.com/currencies#zero-decimal). UGX is not among them: see `HUNDREDTHS_OF_WHOLE_UNITS`.
 */
const ZERO_DECIMAL = new Set('bif clp djf gnf jpy kmf krw mga pyg rwf vnd vuv xaf xof xpf'.split(' '));

/**
 * Currencies with three decimals, of which the last must be 0 (https://docs.stripe.com/currencies#three-decimal).
 */
const THREE_DECIMAL = new Set('bhd jod kwd omr tnd'.split(' '));

/**
 * Currencies without a minor unit that Stripe takes in hundredths all the same, of which the last two digits must be
 * 00: 5 krónur are 500 (https://docs.stripe.com/currencies#special-cases).
 */
const HUNDREDTHS_OF_WHOLE_UNITS = new Set(['isk', 'ugx']);

/** How many decimal places a currency has at Stripe: 0, 2 or 3. */
export function decimalsOf(currency: string): number {
  const code = currency.toLowerCase();
  if (ZERO_DECIMAL.has(code)) return 0;
  return THREE_DECIMAL.has(code) ? 3 : 2;
}

/** The least difference between two amounts that a currency can have at Stripe: 1, 10 or 100 of its smallest units. */
export function stepOf(currency: string): number {
  const code = currency.toLowerCase();
  if (HUNDREDTHS_OF_WHOLE_UNITS.has(code)) return 100;
  return THREE_DECIMAL.has(code) ? 10 : 1;
}

/**
 * Reads a decimal as people write one, with a point: `12.50` eur is 1250, `1.25` kwd is 1250, `500` jpy is 500. Null if
 * it is none, or has more places than the currency.
 */
export function fromDecimal(text: string, currency: string): number | null {
  const [, whole, places = ''] = /^(\d{1,12})(?:\.(\d+))?$/.exec(text) ?? [];
  if (whole === undefined) return null;
  const digits = places.replace(/0+$/, '');
  const decimals = decimalsOf(currency);
  return digits.length > decimals ? null : Number(whole + digits.padEnd(decimals, '0'));
}

/** Whether Stripe takes this amount in its currency. */
export const isPossible = ({ amount, currency }: Money): boolean => amount % stepOf(currency) === 0;

/** A part of an amount, rounded down to what its currency can have. The products exceed what a number holds. */
export function partOf({ amount, currency }: Money, part: number, whole: number): number {
  if (whole <= 0) return 0;
  const step = stepOf(currency);
  return step * Number((BigInt(Math.floor(amount / step)) * BigInt(part)) / BigInt(whole));
}

/**
 * An amount shared out in proportion to whole numbers, of which one is above 0. The parts add up to the amount: what
 * rounding leaves goes to the last.
 */
export function shareOut(money: Money, weights: number[]): number[] {
  const whole = weights.reduce((sum, weight) => sum + weight, 0);
  const parts = weights.slice(0, -1).map((weight) => partOf(money, weight, whole));
  return [...parts, money.amount - parts.reduce((sum, part) => sum + part, 0)];
}

/** Formats an amount for people: `{ amount: 1250, currency: 'eur' }` becomes `€12.50`; 50000 `isk` is `ISK 500`. */
export const formatMoney = ({ amount, currency }: Money, locale = 'en'): string =>
  formatterOf(currency.toUpperCase(), locale).format(amount / 10 ** decimalsOf(currency));

/** By language and currency. A formatter takes a hundred times as long to make as to use. */
const formatters = new Map<string, Intl.NumberFormat>();

function formatterOf(currency: string, locale: string): Intl.NumberFormat {
  const key = `${locale} ${currency}`;
  const kept = formatters.get(key);
  if (kept) return kept;
  const decimals = decimalsOf(currency);
  const made = new Intl.NumberFormat(locale, {
    style: 'currency',
    currency,
    minimumFractionDigits: HUNDREDTHS_OF_WHOLE_UNITS.has(currency.toLowerCase()) ? 0 : decimals,
    // An amount that the currency cannot have is shown as it is, not rounded.
    maximumFractionDigits: decimals,
  });
  formatters.set(key, made);
  return made;
}
