import { isOwnRate, type OwnRate, type ShippingRate, type ShopSettings } from './shop';

/** What decides about the shipping of a cart. */
export interface Parcel {
  currency: string;
  /** Grams. */
  weight: number;
  /** Where it goes, if the storefront says so. */
  country: string | null;
}

/** One of the rates that the shopper chooses from, in the parcel's currency. */
export type OfferedRate =
  | { name: string; amount: number; days: [number, number] | undefined }
  | { stripeShippingRateId: string };

export type Shipping =
  | {
      outcome: 'ships';
      /** The countries that Stripe takes an address in. */
      countries: string[];
      /** In the order of the settings; empty if shipping is not charged for. */
      rates: OfferedRate[];
    }
  /** Nothing is shipped to that country. */
  | { outcome: 'not-there' }
  /** No rate that goes there has a price in the currency. */
  | { outcome: 'not-in-currency' }
  /** No rate that goes there takes so much weight. */
  | { outcome: 'too-heavy' }
  /** What shipping costs depends on the country, and none is known. */
  | { outcome: 'which-country' };

/** As many shipping options as Stripe takes (https://docs.stripe.com/api/checkout/sessions/create). */
export const MOST_OPTIONS = 5;

/**
 * What shipping a cart is offered. Stripe cannot tie a shipping option to a country: whoever is offered a rate may
 * choose it for every country that an address is taken in. So with a country, only addresses there are taken; without
 * one, only rates are offered that go wherever addresses are taken.
 * @param everywhere every country that Stripe takes an address in
 */
export function shippingFor(
  { shipTo, shippingRates }: Pick<ShopSettings, 'shipTo' | 'shippingRates'>,
  { currency, weight, country }: Parcel,
  everywhere: string[],
): Shipping {
  const reach = shipTo.length > 0 ? shipTo : everywhere;
  if (country !== null && !reach.includes(country)) return { outcome: 'not-there' };
  if (shippingRates.length === 0) return { outcome: 'ships', countries: reach, rates: [] };

  const there = shippingRates.filter((rate) =>
    country === null ? rate.countries.some((code) => reach.includes(code)) : rate.countries.includes(country),
  );
  if (there.length === 0) return { outcome: 'not-there' };
  const payable = there.filter((rate) => isIn(rate, currency));
  if (payable.length === 0) return { outcome: 'not-in-currency' };
  const fitting = payable.filter((rate) => weight <= capacityOf(rate));
  if (fitting.length === 0) return { outcome: 'too-heavy' };

  const countries =
    country === null ? reach.filter((code) => fitting.some((rate) => rate.countries.includes(code))) : [country];
  const rates = fitting.filter((rate) => countries.every((code) => rate.countries.includes(code)));
  if (rates.length === 0) return { outcome: 'which-country' };
  return { outcome: 'ships', countries, rates: firstSteps(rates).map((rate) => offer(rate, currency)) };
}

/** A country and currency in which more rates would be offered than Stripe takes; null if there is none. */
export function crowdedPlace(rates: ShippingRate[]): { country: string; currency: string } | null {
  const countries = new Set(rates.flatMap((rate) => rate.countries));
  const currencies = new Set(rates.flatMap((rate) => currenciesOf(rate) ?? ['any currency']));
  for (const country of countries)
    for (const currency of currencies) {
      const offered = rates.filter((rate) => rate.countries.includes(country) && isIn(rate, currency));
      if (new Set(offered.map((rate) => (isOwnRate(rate) ? rate.name : rate))).size > MOST_OPTIONS)
        return { country, currency };
    }
  return null;
}

/** Whether two rates are the same step of one name somewhere, so that one of them would never be offered. */
export const repeats = (one: OwnRate, other: OwnRate): boolean =>
  one.name === other.name &&
  one.maxWeight === other.maxWeight &&
  one.countries.some((country) => other.countries.includes(country)) &&
  one.prices.some(({ currency }) => isIn(other, currency));

/** Of rates that all fit: those of Stripe, and of each name the one for the least weight. */
const firstSteps = (rates: ShippingRate[]): ShippingRate[] =>
  rates.filter(
    (rate) =>
      !isOwnRate(rate) ||
      !rates.some((other) => isOwnRate(other) && other.name === rate.name && capacityOf(other) < capacityOf(rate)),
  );

function offer(rate: ShippingRate, currency: string): OfferedRate {
  if (!isOwnRate(rate)) return { stripeShippingRateId: rate.stripeShippingRateId };
  const amount = rate.prices.find((price) => price.currency === currency)?.amount ?? 0;
  return { name: rate.name, amount, days: rate.days };
}

const isIn = (rate: ShippingRate, currency: string): boolean => currenciesOf(rate)?.includes(currency) ?? true;

const currenciesOf = (rate: ShippingRate): string[] | null =>
  isOwnRate(rate) ? rate.prices.map(({ currency }) => currency) : rate.currencies;

const capacityOf = (rate: ShippingRate): number => (isOwnRate(rate) ? (rate.maxWeight ?? Infinity) : Infinity);
