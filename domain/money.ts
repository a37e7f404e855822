/** Money as Stripe has it: an integer in the currency's smallest unit, with the lower-case ISO 4217 code beside it. */
export interface Money {
  amount: number;
  currency: string;
}

/**
 * Currencies without a minor unit: Stripe's amount is in whole units
 * (https://docs.stripe.com/currencies#zero-decimal).
 */
const ZERO_DECIMAL = new Set('bif clp djf gnf jpy kmf krw mga pyg rwf ugx vnd vuv xaf xof xpf'.split(' '));

/** Currencies with three decimals (https://docs.stripe.com/currencies#three-decimal). */
const THREE_DECIMAL = new Set('bhd jod kwd omr tnd'.split(' '));

/** How many decimal places a currency has at Stripe: 0, 2 or 3. */
export function decimalsOf(currency: string): number {
  const code = currency.toLowerCase();
  if (ZERO_DECIMAL.has(code)) return 0;
  return THREE_DECIMAL.has(code) ? 3 : 2;
}

/** Formats an amount for people: `{ amount: 1250, currency: 'eur' }` becomes `€12.50`. */
export function formatMoney({ amount, currency }: Money, locale = 'en'): string {
  const decimals = decimalsOf(currency);
  return new Intl.NumberFormat(locale, {
    style: 'currency',
    currency: currency.toUpperCase(),
    minimumFractionDigits: decimals,
    maximumFractionDigits: decimals,
  }).format(amount / 10 ** decimals);
}
