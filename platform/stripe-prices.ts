import Stripe from 'stripe';
import { formatMoney } from '../domain/money';
import type { Price, TaxBehavior } from '../domain/product';
import { expectObject } from './stripe';

/**
 * Reads a price with its amount in each of its currencies
 * (https://docs.stripe.com/api/prices/object#price_object-currency_options).
 */
export async function retrievePrice(stripe: Stripe, id: string): Promise<Stripe.Price> {
  return expectObject(await stripe.prices.retrieve(id, { expand: ['currency_options'] }), 'price');
}

/** Whether Checkout accepts a price: it and its product exist and are active. @throws what is not the price's fault */
export async function isSellable(stripe: Stripe, id: string): Promise<boolean> {
  try {
    const { active, product } = expectObject(await stripe.prices.retrieve(id, { expand: ['product'] }), 'price');
    return active && typeof product === 'object' && !product.deleted && product.active;
  } catch (error) {
    if (error instanceof Stripe.errors.StripeInvalidRequestError && error.code === 'resource_missing') return false;
    throw error;
  }
}

/**
 * How a price at Stripe, read with its `currency_options`, differs from the one that the catalogue has in its
 * currency, as the end of a sentence about its id; null if it does not.
 */
export function differenceFrom(atStripe: Stripe.Price, ours: Price): string | null {
  if (atStripe.type !== 'one_time') return 'is a price of a subscription';
  if (atStripe.billing_scheme === 'tiered' || atStripe.transform_quantity) return 'is not a price for each unit';
  const amounts = atStripe.currency === ours.currency ? atStripe : atStripe.currency_options?.[ours.currency];
  if (!amounts) return `is in ${atStripe.currency} at Stripe`;
  const { unit_amount, custom_unit_amount } = amounts;
  if (ours.minimum !== null) return differenceOfChoice(custom_unit_amount, { ...ours, minimum: ours.minimum });
  if (custom_unit_amount || unit_amount === null) return 'has no fixed amount at Stripe';
  return unit_amount === ours.amount
    ? null
    : `is ${formatMoney({ amount: unit_amount, currency: ours.currency })} at Stripe`;
}

/**
 * How a price at Stripe, read with its `currency_options` if it is of another currency, contradicts what the catalogue
 * says about its tax; null if it does not. One that says nothing can still be told; one that says something cannot be
 * changed (https://docs.stripe.com/api/prices/object#price_object-tax_behavior).
 */
export function taxDifference(atStripe: Stripe.Price, currency: string, ours: TaxBehavior | null): string | null {
  const said = taxBehaviorOf(atStripe, currency);
  return said === null || ours === null || said === ours ? null : `is ${said} of tax at Stripe, for good`;
}

/** Whether a price at Stripe includes its tax, in one of its currencies; null if it does not say. */
export function taxBehaviorOf(atStripe: Stripe.Price, currency: string): string | null {
  const terms = atStripe.currency === currency ? atStripe : atStripe.currency_options?.[currency];
  const said = terms?.tax_behavior ?? null;
  return said === 'unspecified' ? null : said;
}

/**
 * Stripe lets a shopper pay less than our minimum unless it has the same. A suggestion may be missing there: Stripe's
 * page then suggests nothing.
 */
function differenceOfChoice(
  chosen: Stripe.Price.CustomUnitAmount | null,
  { amount, minimum, currency }: Price & { minimum: number },
): string | null {
  const say = (theirs: number) => formatMoney({ amount: theirs, currency });
  if (!chosen) return 'does not let the customer choose the amount at Stripe';
  if (chosen.minimum === null) return 'has no minimum at Stripe';
  if (chosen.minimum !== minimum) return `has the minimum ${say(chosen.minimum)} at Stripe`;
  if (chosen.maximum) return `has a maximum of ${say(chosen.maximum)} at Stripe, which the shop cannot show`;
  const preset = chosen.preset ?? amount;
  return preset === amount ? null : `suggests ${say(preset)} at Stripe`;
}
