import Stripe from 'stripe';
import type { Price, PriceAtStripe, TaxBehavior } from '../../../domain/product';
import { expectObject } from '../../../platform/stripe';
import { differenceFrom, taxDifference } from '../../../platform/stripe-prices';
import { invalid } from '../../http/parse';

/** Of the 25 calls a second that Stripe allows one endpoint. */
const AT_ONCE = 10;

/**
 * Refuses a product whose prices are not at Stripe as they are said to be: one that is missing, differs (also in the
 * minimum that a shopper may choose, or in whether it includes the tax), or (for a product that is to be sold) is
 * archived. Otherwise it would be shown in the shop, and every checkout of it would fail, or an order would wait for
 * staff. A price without an id is not there yet.
 * @param prices in the order of the request
 * @param pathOf where a price stands in the request, by its position
 * @throws 400 `invalid_request`, which names every such price; Stripe's error when Stripe does not answer
 */
export async function requirePricesAtStripe(
  stripe: Stripe,
  { prices, ...product }: { prices: Price[]; active: boolean; taxBehavior: TaxBehavior | null },
  pathOf: (position: number) => string,
): Promise<void> {
  const errors: { path: string; message: string }[] = [];
  for (let from = 0; from < prices.length; from += AT_ONCE) {
    const some = prices.slice(from, from + AT_ONCE);
    const messages = await Promise.all(
      some.map((price) => (isLinked(price) ? differenceAtStripe(stripe, price, product) : null)),
    );
    messages.forEach((message, at) => {
      if (message) errors.push({ path: `${pathOf(from + at)}.stripePriceId`, message });
    });
  }
  if (errors.length > 0) throw invalid(errors);
}

/** What is wrong with a price at Stripe, as the end of a sentence about its id; null when nothing is. */
async function differenceAtStripe(
  stripe: Stripe,
  price: PriceAtStripe,
  { active, taxBehavior }: { active: boolean; taxBehavior: TaxBehavior | null },
): Promise<string | null> {
  const found = await retrieve(stripe, price.stripePriceId, ['product']);
  if (found === null) return 'is not a price at Stripe';
  const archived = !found.active || isArchived(found.product);
  if (active && archived) return 'is archived at Stripe, or its product is';
  const whole =
    found.currency === price.currency ? found : await retrieve(stripe, price.stripePriceId, ['currency_options']);
  return differenceFrom(whole ?? found, price) ?? taxDifference(whole ?? found, price.currency, taxBehavior);
}

const isLinked = (price: Price): price is PriceAtStripe => price.stripePriceId !== null;

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
