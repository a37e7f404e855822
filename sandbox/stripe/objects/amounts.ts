/** Amounts, between whole numbers of a currency's smallest unit and the way people write them. */
const ZERO_DECIMAL = new Set('bif clp djf gnf jpy kmf krw mga pyg rwf ugx vnd vuv xaf xof xpf'.split(' '));

/** `formatAmount(1250, 'eur')` is `€12.50`. */
export function formatAmount(amount: number, currency: string, locale = 'en'): string {
  const digits = ZERO_DECIMAL.has(currency) ? 0 : 2;
  return new Intl.NumberFormat(locale, {
    style: 'currency',
    currency,
    currencyDisplay: 'narrowSymbol',
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  }).format(amount / 10 ** digits);
}

/** An amount as a person typed it, in the currency's smallest unit; undefined if it is not a number. */
export function parseAmount(typed: string, currency: string): number | undefined {
  const amount = Number(typed.trim().replace(',', '.'));
  if (typed.trim() === '' || Number.isNaN(amount)) return undefined;
  return Math.round(amount * (ZERO_DECIMAL.has(currency) ? 1 : 100));
}
