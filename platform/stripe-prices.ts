import Stripe from 'stripe';
import type { Price } from '../domain/product';
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

/** Whether a price at Stripe, read as above, is the one that the catalogue has, in its currency. */
export function hasTerms(atStripe: Stripe.Price, ours: Price): boolean {
  if (atStripe.type !== 'one_time' || atStripe.billing_scheme !== 'per_unit') return false;
  const amounts = atStripe.currency === ours.currency ? atStripe : atStripe.currency_options?.[ours.currency];
  if (!amounts) return false;
  const open = amounts.custom_unit_amount;
  if (ours.minimum === null) return !open && amounts.unit_amount === ours.amount;
  return !!open && open.minimum === ours.minimum && open.preset === ours.amount && !open.maximum;
}
