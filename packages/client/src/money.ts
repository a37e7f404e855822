import type { Money } from './shapes.ts';

// https://docs.stripe.com/currencies: the currencies whose smallest unit at Stripe is not a hundredth.
const WHOLE = new Set('bif clp djf gnf jpy kmf krw mga pyg rwf vnd vuv xaf xof xpf'.split(' '));
const THOUSANDTHS = new Set('bhd jod kwd omr tnd'.split(' '));
/** Without a minor unit, and counted in hundredths all the same. */
const WHOLE_IN_HUNDREDTHS = new Set(['isk', 'ugx']);

/** Formats an amount for people: `{ amount: 1250, currency: 'eur' }` is `€12.50` in English. */
export function formatMoney({ amount, currency }: Money, locale = 'en'): string {
  const decimals = WHOLE.has(currency) ? 0 : THOUSANDTHS.has(currency) ? 3 : 2;
  return new Intl.NumberFormat(locale, {
    style: 'currency',
    currency,
    minimumFractionDigits: WHOLE_IN_HUNDREDTHS.has(currency) ? 0 : decimals,
    maximumFractionDigits: decimals,
  }).format(amount / 10 ** decimals);
}
