import Stripe from 'stripe';
import { Problem } from '../../../domain/problem';
import { isSellable } from '../../../platform/stripe-prices';
import { refuseProducts } from '../../../store/catalogue/not-for-sale';
import type { CheckoutRecord } from '../../../store/checkouts/checkouts';
import type { ApiDeps } from '../../deps';

/** Some of a cart cannot be bought, however often it is tried: staff know. */
export const notForSale = (skus: string[]): Problem =>
  new Problem('not_for_sale', 'Some of this is not for sale at the moment; see `items`.', {
    items: skus.map((sku) => ({ sku })),
  });

/**
 * If Stripe refused a session for the sake of a price or product, archived or missing, takes it off sale; a worker
 * tells staff. Returns its SKUs; none if Stripe refused something else.
 */
export async function takeOffSale(deps: ApiDeps, row: CheckoutRecord, error: unknown): Promise<string[]> {
  const skus = await refusedBy(deps, row, error);
  if (skus.length === 0) return [];
  await refuseProducts(deps.db, { skus, at: new Date(deps.clock.now()) });
  deps.shown.forget();
  return skus;
}

async function refusedBy({ stripe }: ApiDeps, { lines }: CheckoutRecord, error: unknown): Promise<string[]> {
  if (!(error instanceof Stripe.errors.StripeInvalidRequestError) || !isAboutAPrice(error)) return [];
  const position = /^line_items\[(\d+)\]/.exec(error.param ?? '')?.[1];
  const named = lines.filter(
    ({ stripePriceId }, index) =>
      stripePriceId !== null && (String(index) === position || error.message.includes(`'${stripePriceId}'`)),
  );
  if (named.length > 0) return named.map(({ sku }) => sku);
  // Stripe did not say which: a product's sentence names the product alone.
  const linked = lines.flatMap(({ sku, stripePriceId }) => (stripePriceId === null ? [] : [{ sku, stripePriceId }]));
  const sellable = await Promise.all(
    linked.map(({ stripePriceId }) => isSellable(stripe, stripePriceId).catch(() => true)),
  );
  return linked.filter((_, index) => !sellable[index]).map(({ sku }) => sku);
}

/**
 * “No such price: 'price_…'” (`resource_missing`), “The price specified is inactive. This field only accepts active
 * prices.”, “This price is not available to be purchased because its product is not active.”: only the first has a
 * code.
 */
const isAboutAPrice = ({
  code,
  param,
  message,
}: InstanceType<typeof Stripe.errors.StripeInvalidRequestError>): boolean =>
  /\b(?:price|product)s?\b/i.test(`${param} ${message}`) &&
  (code === 'resource_missing' || /\b(?:inactive|not active|archived|deleted|no such)\b/i.test(message));
