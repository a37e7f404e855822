/** Amounts are whole numbers of a currency's smallest unit; people read them otherwise. */
const ZERO_DECIMAL = new Set('bif clp djf gnf jpy kmf krw mga pyg rwf ugx vnd vuv xaf xof xpf'.split(' '));

/** `inWords(1250, 'eur')` is `€12.50`. */
export function inWords(amount: number, currency: string, locale = 'en'): string {
  const digits = ZERO_DECIMAL.has(currency) ? 0 : 2;
  return new Intl.NumberFormat(locale, {
    style: 'currency',
    currency,
    currencyDisplay: 'narrowSymbol',
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  }).format(amount / 10 ** digits);
}

/** What a person typed as an amount of money, in the smallest unit; undefined when it is none. */
export function fromWords(typed: string, currency: string): number | undefined {
  const amount = Number(typed.trim().replace(',', '.'));
  if (typed.trim() === '' || Number.isNaN(amount)) return undefined;
  return Math.round(amount * (ZERO_DECIMAL.has(currency) ? 1 : 100));
}
