import Stripe from 'stripe';
import type { ShippingRate } from '../../../domain/shop';
import { expectObject } from '../../../platform/stripe';
import { invalid } from '../../http/parse';
import type { Shop } from './schema';

/** Of the 25 calls a second that Stripe allows one endpoint. */
const AT_ONCE = 10;

/**
 * Reads the shipping rates that are kept at Stripe, with the currencies that they can be charged in. Otherwise every
 * checkout that offers a wrong one would be refused. Only `resource_missing` says that there is no such rate.
 * @throws 400 `invalid_request`, which names each that is missing or archived; Stripe's error when Stripe does not
 *   answer
 */
export async function ratesAtStripe(stripe: Stripe, rates: Shop['shippingRates']): Promise<ShippingRate[]> {
  const errors: { path: string; message: string }[] = [];
  const read: ShippingRate[] = [];
  for (let from = 0; from < rates.length; from += AT_ONCE) {
    const some = rates.slice(from, from + AT_ONCE);
    const found = await Promise.all(some.map((rate) => ('name' in rate ? rate : currenciesAtStripe(stripe, rate))));
    found.forEach((rate, at) => {
      if (typeof rate === 'string')
        errors.push({ path: `shippingRates.${from + at}.stripeShippingRateId`, message: rate });
      else read.push(rate);
    });
  }
  if (errors.length > 0) throw invalid(errors);
  return read;
}

/** The rate with its currencies; or what is wrong with it, as the end of a sentence about its id. */
async function currenciesAtStripe(
  stripe: Stripe,
  rate: { stripeShippingRateId: string; countries: string[] },
): Promise<ShippingRate | string> {
  try {
    const found = expectObject(
      await stripe.shippingRates.retrieve(rate.stripeShippingRateId, { expand: ['fixed_amount.currency_options'] }),
      'shipping_rate',
    );
    if (!found.active) return 'is archived at Stripe';
    const { currency, currency_options: options } = found.fixed_amount ?? {};
    if (currency === undefined) return 'has no fixed amount at Stripe';
    return { ...rate, currencies: [...new Set([currency, ...Object.keys(options ?? {})])] };
  } catch (error) {
    if (error instanceof Stripe.errors.StripePermissionError)
      return 'cannot be read: the key at Stripe lacks the permission “Shipping Rates: read”';
    if (!(error instanceof Stripe.errors.StripeInvalidRequestError)) throw error;
    // Another server in Stripe's place may not have the address at all; that says nothing about the rate.
    return error.code === 'resource_missing' ? 'is not a shipping rate at Stripe' : { ...rate, currencies: null };
  }
}
