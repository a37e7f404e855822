import type Stripe from 'stripe';
import { Problem } from '../../../domain/problem';
import type { ProductForSale, TaxBehavior } from '../../../domain/product';
import { type OfferedRate, type Shipping, shippingFor } from '../../../domain/shipping';
import type { ShopSettings } from '../../../domain/shop';
import { invalid } from '../../http/parse';
import { SHIPPING_COUNTRIES } from './stripe-lists';
import { termsSentence } from './terms';

type SessionRequest = Stripe.Checkout.SessionCreateParams;

/** The products of a cart. */
export type Wanted = { product: ProductForSale; quantity: number }[];

/** The parameters of a session that the shop's settings decide. */
export type SessionOffer = Pick<
  SessionRequest,
  | 'shipping_address_collection'
  | 'shipping_options'
  | 'allow_promotion_codes'
  | 'automatic_tax'
  | 'invoice_creation'
  | 'phone_number_collection'
  | 'consent_collection'
  | 'custom_text'
>;

/**
 * What a session offers beside its lines. Pure; a setting that is off adds nothing to the request.
 * @param language the tag of the payment page's language; null leaves it to the browser
 * @throws 400 `invalid_request` or 409 `currency_unavailable` if goods cannot be shipped
 */
export function offerOf(
  shop: ShopSettings,
  wanted: Wanted,
  { currency, country, language }: { currency: string; country: string | null; language: string | null },
): SessionOffer {
  // Where the shopper names the price, a code would take off what they chose to give.
  const codes = shop.promotionCodes && !wanted.some(({ product }) => product.prices.some(isChosen(currency)));
  return {
    ...shippingOf(shop, wanted, { currency, country }),
    ...(codes && { allow_promotion_codes: true }),
    ...(shop.automaticTax && { automatic_tax: { enabled: true } }),
    ...(shop.invoices && { invoice_creation: { enabled: true } }),
    ...(shop.phone && { phone_number_collection: { enabled: true } }),
    ...(shop.termsUrl !== undefined && {
      consent_collection: { terms_of_service: 'required' },
      custom_text: { terms_of_service_acceptance: { message: termsSentence(shop.termsUrl, language) } },
    }),
  };
}

const isChosen =
  (currency: string) =>
  (price: { currency: string; minimum: number | null }): boolean =>
    price.currency === currency && price.minimum !== null;

function shippingOf(
  shop: ShopSettings,
  wanted: Wanted,
  { currency, country }: { currency: string; country: string | null },
): SessionOffer {
  const goods = wanted.filter(({ product }) => product.kind === 'PHYSICAL');
  if (goods.length === 0) return {};
  const weight = goods.reduce((sum, { product, quantity }) => sum + (product.weight ?? 0) * quantity, 0);
  const shipping = shippingFor(shop, { currency, weight, country }, SHIPPING_COUNTRIES);
  if (shipping.outcome !== 'ships') throw REFUSALS[shipping.outcome](currency);
  // Stripe Tax taxes shipping too. A rate that does not say how is taxed as the account's settings say.
  const taxBehavior = shop.automaticTax ? goods.find(({ product }) => product.taxBehavior)?.product.taxBehavior : null;
  return {
    shipping_address_collection: { allowed_countries: [...shipping.countries] },
    ...(shipping.rates.length > 0 && {
      shipping_options: shipping.rates.map((rate) => shippingOption(rate, currency, taxBehavior ?? null)),
    }),
  };
}

function shippingOption(
  rate: OfferedRate,
  currency: string,
  taxBehavior: TaxBehavior | null,
): Stripe.Checkout.SessionCreateParams.ShippingOption {
  if ('stripeShippingRateId' in rate) return { shipping_rate: rate.stripeShippingRateId };
  const { name, amount, days } = rate;
  const within = (value: number) => ({ unit: 'business_day' as const, value });
  return {
    shipping_rate_data: {
      type: 'fixed_amount',
      display_name: name,
      fixed_amount: { amount, currency },
      ...(days && { delivery_estimate: { minimum: within(days[0]), maximum: within(days[1]) } }),
      ...(taxBehavior && { tax_behavior: taxBehavior }),
    },
  };
}

const REFUSALS: Record<Exclude<Shipping['outcome'], 'ships'>, (currency: string) => Problem> = {
  'not-there': () => invalid([{ path: 'country', message: 'is not shipped to' }]),
  'not-in-currency': (currency) =>
    new Problem('currency_unavailable', `There is no shipping rate in ${currency} for where this goes.`),
  'too-heavy': () => invalid([{ path: 'items', message: 'weigh more than any shipping rate takes' }]),
  'which-country': () =>
    invalid([{ path: 'country', message: 'is required: what shipping costs depends on the country' }]),
};
