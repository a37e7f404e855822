import Stripe from 'stripe';
import { formatMoney } from '../../domain/money';
import { pictureUrl } from '../../domain/picture';
import type { Price, ProductDetails } from '../../domain/product';
import { METADATA } from '../../domain/session';
import type { Clock } from '../../platform/clock';
import type { Env } from '../../platform/env';
import { expectObject } from '../../platform/stripe';
import { differenceFrom, retrievePrice, taxBehaviorOf, taxDifference } from '../../platform/stripe-prices';
import { type LinkedPrice, type LinkedProduct, linkPrice } from '../../store/catalogue/stripe-links';
import type { Db } from '../../store/database';

interface Linking {
  db: Db;
  stripe: Stripe;
  env: Pick<Env, 'PUBLIC_URL' | 'STOREFRONT_URL'>;
  clock: Clock;
  /** Only say what would be done, at Stripe and in the catalogue. */
  dryRun: boolean;
  /** Called once for each change at Stripe or in a price's link, made or, in a dry run, to be made. */
  changed(line: string): void;
  /** Called for what differs at Stripe and is not ours to change. */
  differs(line: string): void;
}

/**
 * Makes sure that every current price of a product exists at Stripe, under a product whose id is made from the SKU. A
 * price that staff linked to one of their own stays as it is, and so does the product it belongs to; but where it does
 * not say whether it includes the tax, it is told.
 */
export async function linkProduct(linking: Linking, product: LinkedProduct): Promise<void> {
  let exists = await updateProduct(linking, product);
  for (const price of product.prices) {
    const linked = price.stripePriceId ? await orNull(retrievePrice(linking.stripe, price.stripePriceId)) : null;
    if (linked && differenceFrom(linked, price) === null && !mustBeReplaced(linked, product, price)) {
      await activate(linking, product, linked);
      await keepTax(linking, product, price, linked);
    } else if (product.active) {
      if (!exists) await createProduct(linking, product);
      exists = true;
      const found = await priceByKey(linking, product, price);
      if (found === null && linking.dryRun)
        linking.changed(`${price.sku}: a price of ${termsInWords(price)} would be made, and linked${inPlaceOf(price)}`);
      else await relink(linking, price, found ?? (await createPrice(linking, product, price)));
    }
  }
}

/** Stripe accepts only letters, digits, `_` and `-` in a custom id (since 2018-05-21); a SKU may contain a dot. */
export const stripeProductId = (sku: string): string =>
  sku.includes('.') ? `hfx_${Buffer.from(sku).toString('hex')}` : `hf_${sku}`;

/** The key under which Stripe finds the newest price of a SKU in a currency. */
export const lookupKey = (price: { sku: string; currency: string }): string =>
  `holdfast/${price.sku}/${price.currency}`;

// --- The product ---------------------------------------------------------------------------------------------------

async function createProduct({ stripe, env, dryRun, changed }: Linking, product: LinkedProduct): Promise<void> {
  if (dryRun) return changed(`${product.sku}: product ${stripeProductId(product.sku)} would be created`);
  const { description, ...face } = faceOf(product, env);
  const made = await stripe.products.create({
    id: stripeProductId(product.sku),
    ...face,
    // Empty means "unset" to Stripe, and there is nothing to unset yet.
    ...(description !== '' && { description }),
    metadata: { [METADATA.sku]: product.sku },
  });
  changed(`${product.sku}: product ${expectObject(made, 'product').id} created`);
}

/** Updates the product that an earlier run created to match the catalogue; false if there is none. */
async function updateProduct({ stripe, env, dryRun, changed }: Linking, product: LinkedProduct): Promise<boolean> {
  const found: Stripe.Product | Stripe.DeletedProduct | null = await orNull(
    stripe.products.retrieve(stripeProductId(product.sku)),
  );
  if (!found || expectObject(found, 'product').deleted) return false;
  const wanted = faceOf(product, env);
  const differing = Object.entries({
    name: found.name !== wanted.name,
    description: (found.description ?? '') !== wanted.description,
    [wanted.active ? 'activated' : 'archived']: found.active !== wanted.active,
    shippable: found.shippable !== wanted.shippable,
    'tax code': wanted.tax_code !== undefined && found.tax_code !== wanted.tax_code,
    images: found.images.join('\n') !== wanted.images.join('\n'),
  }).flatMap(([what, differs]) => (differs ? [what] : []));
  if (differing.length === 0) return true;
  const what = `product ${found.id}`;
  if (dryRun) {
    changed(`${product.sku}: ${what} would be updated (${differing.join(', ')})`);
    return true;
  }
  // An empty list is not sent at all; the empty string unsets it.
  const images = wanted.images.length > 0 ? wanted.images : ('' as const);
  expectObject(await stripe.products.update(found.id, { ...wanted, images }), 'product');
  changed(`${product.sku}: ${what} updated (${differing.join(', ')})`);
  return true;
}

/**
 * What a shopper sees of a product on Stripe's page. Stripe fetches pictures itself, so only public URLs are of use
 * to it.
 */
function faceOf(product: ProductDetails, env: Linking['env']) {
  const image = product.imageUrl && new URL(pictureUrl(env, product.imageUrl), env.STOREFRONT_URL);
  return {
    name: product.name,
    description: product.description,
    active: product.active,
    shippable: product.kind === 'PHYSICAL',
    // One that is not said here stays what it is at Stripe.
    ...(product.taxCode !== null && { tax_code: product.taxCode }),
    images: image && image.protocol === 'https:' ? [image.href] : [],
  };
}

// --- Its prices ----------------------------------------------------------------------------------------------------

/** The price at Stripe that our lookup key finds, if its terms, which never change, still match. */
async function priceByKey(linking: Linking, product: LinkedProduct, price: LinkedPrice): Promise<Stripe.Price | null> {
  const [found] = (await linking.stripe.prices.list({ lookup_keys: [lookupKey(price)], limit: 1 })).data;
  if (
    found?.product !== stripeProductId(price.sku) ||
    differenceFrom(found, price) !== null ||
    mustBeReplaced(found, product, price)
  )
    return null;
  await activate(linking, product, found);
  await keepTax(linking, product, price, found);
  return found;
}

/** A new price, to which the lookup key moves. */
async function createPrice({ stripe }: Linking, product: LinkedProduct, price: LinkedPrice): Promise<Stripe.Price> {
  const made = await stripe.prices.create({
    product: stripeProductId(price.sku),
    currency: price.currency,
    ...(price.minimum === null
      ? { unit_amount: price.amount }
      : { custom_unit_amount: { enabled: true, minimum: price.minimum, preset: price.amount } }),
    ...(product.taxBehavior !== null && { tax_behavior: product.taxBehavior }),
    lookup_key: lookupKey(price),
    transfer_lookup_key: true,
    metadata: { [METADATA.sku]: price.sku },
  });
  return expectObject(made, 'price');
}

/** Whether one of our own prices includes the tax where it must not, or the other way round: that is for good. */
const mustBeReplaced = (atStripe: Stripe.Price, product: LinkedProduct, { sku, currency }: LinkedPrice): boolean =>
  atStripe.product === stripeProductId(sku) && taxDifference(atStripe, currency, product.taxBehavior) !== null;

/** Tells a price whether it includes the tax, and says what differs about the tax of one that staff linked. */
async function keepTax(
  { stripe, dryRun, changed, differs }: Linking,
  { taxBehavior, taxCode }: LinkedProduct,
  { sku, currency }: LinkedPrice,
  atStripe: Stripe.Price,
): Promise<void> {
  const difference = taxDifference(atStripe, currency, taxBehavior);
  if (difference !== null) differs(`${sku}: price ${atStripe.id} ${difference}; link another one`);
  else if (taxBehavior !== null && taxBehaviorOf(atStripe, currency) === null) {
    // In a further currency that would replace the amount too.
    if (atStripe.currency !== currency)
      differs(`${sku}: price ${atStripe.id} does not say in ${currency} whether it includes the tax; say so at Stripe`);
    else {
      if (!dryRun) await stripe.prices.update(atStripe.id, { tax_behavior: taxBehavior });
      changed(`${sku}: price ${atStripe.id} ${dryRun ? 'would be' : 'is now'} ${taxBehavior} of tax`);
    }
  }
  if (taxCode === null || typeof atStripe.product !== 'string' || atStripe.product === stripeProductId(sku)) return;
  const theirs = expectObject(await stripe.products.retrieve(atStripe.product), 'product');
  if (theirs.tax_code !== taxCode)
    differs(`${sku}: product ${theirs.id} has the tax code ${theirs.tax_code ?? 'of the account'} at Stripe`);
}

/** Checkout refuses an archived price, and the catalogue sells at this one. */
async function activate(
  { stripe, dryRun, changed }: Linking,
  product: LinkedProduct,
  price: Stripe.Price,
): Promise<void> {
  if (price.active || !product.active) return;
  if (!dryRun) await stripe.prices.update(price.id, { active: true });
  changed(`${product.sku}: price ${price.id} ${dryRun ? 'would be activated' : 'activated'}`);
}

/** Records which price at Stripe ours is. */
async function relink(
  { db, clock, dryRun, changed }: Linking,
  price: LinkedPrice,
  { id: stripePriceId }: Stripe.Price,
): Promise<void> {
  if (!dryRun) await linkPrice(db, { price, stripePriceId, at: new Date(clock.now()) });
  changed(`${price.sku}: ${termsInWords(price)} ${dryRun ? 'would be' : 'is now'} ${stripePriceId}${inPlaceOf(price)}`);
}

/** Null for an object that Stripe does not know, or knows only in the other mode. */
export async function orNull<T>(asked: Promise<T>): Promise<T | null> {
  try {
    return await asked;
  } catch (error) {
    if (error instanceof Stripe.errors.StripeInvalidRequestError && error.code === 'resource_missing') return null;
    throw error;
  }
}

/** What shoppers pay until this price is linked. */
const inPlaceOf = ({ predecessor }: LinkedPrice): string =>
  predecessor === null ? '' : `, in place of ${termsInWords(predecessor)}`;

const termsInWords = ({ amount, minimum, currency }: Price): string =>
  minimum === null
    ? formatMoney({ amount, currency })
    : `pay what you want from ${formatMoney({ amount: minimum, currency })}`;
