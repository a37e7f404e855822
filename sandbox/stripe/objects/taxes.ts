/**
 * Tax by a plain rule: one rate for each country, of every product and of shipping. Stripe Tax knows thousands; here a
 * test can tell what comes out.
 */
import { noSuch } from '../http/errors';
import { type Param, text } from '../http/params';
import { rounded } from './amounts';

/** One of Stripe's tax codes, by its form: which of them there are is not known here. */
export const taxCode: Param<string> = {
  read(value, name) {
    const code = text().read(value, name);
    if (!/^txcd_\d{8}$/.test(code)) throw noSuch('tax code', code, name);
    return code;
  },
};

/** Per mille, by country. Elsewhere there is no tax. */
const RATES: Record<string, number> = {
  ...{ AT: 200, BE: 210, CH: 81, CZ: 210, DE: 190, DK: 250, ES: 210, FI: 255, FR: 200, GB: 200, IE: 230, IT: 220 },
  ...{ LU: 170, NL: 210, NO: 250, PL: 230, PT: 230, SE: 250 },
};

/** Whether a price contains its tax. The settings of this account say that one that does not say so does not. */
export type TaxBehavior = string | null | undefined;

export const isInclusive = (behavior: TaxBehavior): boolean => behavior === 'inclusive';

/** The tax in or on an amount, for a buyer in this country. */
export function taxOf(amount: number, behavior: TaxBehavior, { country, currency }: TaxedIn): number {
  const rate = RATES[country] ?? 0;
  const tax = isInclusive(behavior) ? amount - (amount * 1000) / (1000 + rate) : (amount * rate) / 1000;
  return rounded(tax, currency);
}

export interface TaxedIn {
  country: string;
  currency: string;
}
