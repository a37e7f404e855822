import Stripe from 'stripe';
import type { Price } from '../../../domain/product';
import { expectObject } from '../../../platform/stripe';
import { invalid } from '../../http/route';

/** Of the 25 calls a second that Stripe allows one endpoint. */
const AT_ONCE = 10;

/**
 * Refuses a product whose prices are not at Stripe as they are said to be: one that is missing, of another currency or
 * amount, not for a single payment, or (for a product that is to be sold) archived. Otherwise it would be shown in the
 * shop, and every checkout of it would fail.
 * @param prices in the order of the request
 * @param pathOf where a price stands in the request, by its position
 * @throws 400 `invalid_request`, which names every such price; Stripe's error when Stripe does not answer
 */
export async function requirePricesAtStripe(
  stripe: Stripe,
  { prices, active }: { prices: (Price & { stripePriceId: string })[]; active: boolean },
  pathOf: (position: number) => string,
): Promise<void> {
  const errors: { path: string; message: string }[] = [];
  for (let from = 0; from < prices.length; from += AT_ONCE) {
    const some = prices.slice(from, from + AT_ONCE);
    const messages = await Promise.all(some.map((price) => differenceAtStripe(stripe, price, active)));
    messages.forEach((message, at) => {
      if (message) errors.push({ path: `${pathOf(from + at)}.stripePriceId`, message });
    });
  }
  if (errors.length > 0) throw invalid(errors);
}

/** What is wrong with a price at Stripe, as the end of a sentence about its id; null when nothing is. */
async function differenceAtStripe(
  stripe: Stripe,
  price: Price & { stripePriceId: string },
  active: boolean,
): Promise<string | null> {
  const found = await retrieve(stripe, price.stripePriceId, ['product']);
  if (found === null) return 'is not a price at Stripe';
  if (found.type !== 'one_time') return 'is a price of a subscription';
  const archived = !found.active || isArchived(found.product);
  if (active && archived) return 'is archived at Stripe, or its product is';
  const amounts = await amountsIn(stripe, found, price.currency);
  if (amounts === null) return `is in ${found.currency} at Stripe`;
  if (price.minimum === null) {
    if (amounts.fixed === price.amount) return null;
    return amounts.fixed === null ? 'has no fixed amount at Stripe' : `is ${amounts.fixed} at Stripe`;
  }
  if (amounts.chosen === null) return 'lets nobody choose the amount at Stripe';
  const least = amounts.chosen.minimum ?? price.minimum;
  return least === price.minimum ? null : `has the minimum ${least} at Stripe`;
}

async function retrieve(stripe: Stripe, id: string, expand: string[]): Promise<Stripe.Price | null> {
  try {
    return expectObject(await stripe.prices.retrieve(id, { expand }), 'price');
  } catch (error) {
    if (error instanceof Stripe.errors.StripeInvalidRequestError) return null;
    throw error;
  }
}

const isArchived = (product: Stripe.Price['product']): boolean =>
  typeof product !== 'string' && (product.deleted === true || !product.active);

/** The amounts of a price in a currency: its own, or one of those that it lists besides. */
async function amountsIn(stripe: Stripe, price: Stripe.Price, currency: string) {
  if (price.currency === currency) return { fixed: price.unit_amount, chosen: price.custom_unit_amount };
  const option = (await retrieve(stripe, price.id, ['currency_options']))?.currency_options?.[currency];
  return option ? { fixed: option.unit_amount, chosen: option.custom_unit_amount } : null;
}
