import { z } from 'zod';
import { unpack } from '../../../domain/bundle';
import { type Shortage, scarcestOf, shortagesOf } from '../../../domain/cart-stock';
import { isCountry } from '../../../domain/country';
import { isEmailAddress } from '../../../domain/email';
import { isSku } from '../../../domain/ids';
import { Problem } from '../../../domain/problem';
import type { PriceAtStripe, ProductForSale } from '../../../domain/product';
import type { CheckoutLine } from '../../../domain/session';
import type { ShopSettings } from '../../../domain/shop';
import { findForCheckout } from '../../../store/catalogue/products';
import type { Db } from '../../../store/database';
import { invalid } from '../../http/parse';
import { text } from '../../http/schemas';
import { CART_EXAMPLE } from '../examples';
import type { Scarcest } from './admission';
import { notForSale } from './not-for-sale';
import { offerOf, type SessionOffer, type Wanted } from './offer';

/** The highest quantity of one product in a cart, added up over its lines. */
const MOST_OF_ONE = 99;

/** What a storefront sends. It cannot name prices: any other field is refused. */
export const Cart = z
  .strictObject({
    items: z
      .array(z.strictObject({ sku: z.string().min(1).max(40), quantity: z.int().min(1).max(MOST_OF_ONE) }))
      .min(1)
      .max(50)
      .meta({
        description: `1–50 lines; equal SKUs are added up, to at most ${MOST_OF_ONE}. A pay-what-you-want product must be bought alone, quantity 1.`,
      }),
    currency: z
      .string()
      .regex(/^[a-z]{3}$/, 'must be a lower-case ISO 4217 code')
      .optional()
      .meta({ description: 'Default: the currency of the first item’s first price.', example: 'eur' }),
    email: z.string().optional().meta({
      description: 'Prefilled on the payment page. One that cannot be an address, or that Stripe refuses, is left out.',
      example: 'ada@example.com',
    }),
    userId: text(200)
      .optional()
      .meta({ description: 'The customer’s id in the shop’s own system; stored with the order.' }),
    locale: z
      .string()
      .max(35)
      .regex(/^[A-Za-z0-9]+(?:[-_][A-Za-z0-9]+)*$/, 'must be a language tag')
      .optional()
      .meta({
        description:
          'The language of the payment page, e.g. `de` or `pt-BR`, and where Holdfast has it, of the mails and the order’s page. For one that Stripe does not support, the browser decides, and mails are in English.',
      }),
    country: z
      .string()
      .regex(/^[A-Z]{2}$/, 'must be an upper-case ISO 3166-1 alpha-2 code')
      .refine(isCountry, 'must be the code of a country')
      .optional()
      .meta({
        description:
          'Where to deliver, ISO 3166-1 alpha-2 in upper case. Chooses the shipping rates offered, where the shop has any; without it, only rates that go everywhere the shop ships to.',
        example: 'DE',
      }),
  })
  .meta({ id: 'Cart', example: CART_EXAMPLE });
export type Cart = z.infer<typeof Cart>;

type PricedLine = CheckoutLine & { stripePriceId: string };

/** A cart at today's prices. */
export interface PricedCart {
  currency: string;
  subtotal: number;
  lines: PricedLine[];
  /** What the session offers beside its lines, as the shop's settings say. */
  offer: SessionOffer;
}

/** A cart that can be bought now. `scarcest` is null when nothing in it can run out. */
interface BuyableCart {
  priced: PricedCart;
  scarcest: Scarcest | null;
}

/** The cart with equal SKUs added up, in the order of their first line, and without an e-mail address that is none. */
export function addUp({ email, ...cart }: Cart): Cart {
  const quantities = new Map<string, number>();
  for (const { sku, quantity } of cart.items) quantities.set(sku, (quantities.get(sku) ?? 0) + quantity);
  for (const [sku, quantity] of quantities)
    if (quantity > MOST_OF_ONE)
      throw invalid([{ path: 'items', message: `${quantity} of ${sku} is more than ${MOST_OF_ONE}` }]);
  const items = [...quantities].map(([sku, quantity]) => ({ sku, quantity }));
  return { ...cart, items, ...(email !== undefined && isEmailAddress(email) && { email }) };
}

/**
 * Prices a cart (already added up) and refuses it if stock is plainly gone. Holds nothing yet.
 * @throws 404 `unknown_sku`, 409 `currency_unavailable`, `not_for_sale` or `out_of_stock`, 400 for a pay-what-you-want
 *   product that is not alone, or goods that cannot be shipped
 */
export async function priceCart(db: Db, cart: Cart): Promise<BuyableCart> {
  const { products, shop } = await productsOf(db, cart);
  refuse(products, ({ prices }) => prices.length === 0); // drafts
  const first = products[0]?.product;
  const currency = cart.currency ?? first?.prices[0]?.currency;
  const elsewhere = products.flatMap(({ product }) => (priceIn(product, currency) ? [] : [product.sku]));
  if (elsewhere.length > 0) throw notInCurrency(elsewhere, currency);
  const lines = products.map(({ product, quantity }) => priceLine(product, quantity, currency));
  if (lines.some(({ minimum }) => minimum !== null) && (lines.length > 1 || lines.some(({ quantity }) => quantity > 1)))
    throw invalid([{ path: 'items', message: 'a pay-what-you-want product must be bought alone, quantity 1' }]);
  refuse(products, ({ refused }) => refused); // by Stripe, which would again and is not asked
  const free = freeStock(products.map(({ product }) => product));
  const shortages = shortagesOf(lines, free);
  if (shortages.length > 0) throw outOfStock(shortages);
  const priced = { currency: currency ?? '', subtotal: lines.reduce((sum, { total }) => sum + total, 0), lines };
  const offer = offerOf(shop, products, { ...priced, country: cart.country ?? null, language: cart.locale ?? null });
  return { priced: { ...priced, offer }, scarcest: scarcestOf(lines, free) };
}

async function productsOf(db: Db, { items }: Cart): Promise<{ products: Wanted; shop: ShopSettings }> {
  const skus = items.map(({ sku }) => sku);
  const { products, shop } = await findForCheckout(db, { skus: skus.filter(isSku) });
  const bySku = new Map(products.map((product) => [product.sku, product]));
  const unknown = skus.filter((sku) => !bySku.has(sku));
  if (unknown.length > 0)
    throw new Problem('unknown_sku', 'Some of these products are not for sale; see `skus`.', { skus: unknown });
  const wanted = items.flatMap(({ sku, quantity }) => {
    const product = bySku.get(sku);
    return product ? [{ product, quantity }] : [];
  });
  return { products: wanted, shop };
}

/** A pay-what-you-want price takes precedence over a fixed one in the same currency. */
export function priceIn({ prices }: ProductForSale, currency: string | undefined): PriceAtStripe | undefined {
  const inCurrency = prices.filter((price) => price.currency === currency);
  return inCurrency.find(({ minimum }) => minimum !== null) ?? inCurrency[0];
}

function priceLine(product: ProductForSale, quantity: number, currency: string | undefined): PricedLine {
  const { sku, name, kind, contents } = product;
  const price = priceIn(product, currency);
  if (!price) throw notInCurrency([sku], currency);
  const { amount: unitAmount, minimum, stripePriceId } = price;
  const line = { sku, name, kind, quantity, unitAmount, total: quantity * unitAmount, stripePriceId, minimum };
  return contents === null ? line : { ...line, contents: unpack(line, contents, price.currency) };
}

const notInCurrency = (skus: string[], currency = 'any currency'): Problem =>
  new Problem('currency_unavailable', `Some of this is not sold in ${currency}; see \`skus\`.`, { skus });

function refuse(wanted: Wanted, isUnsold: (product: ProductForSale) => boolean): void {
  const skus = wanted.flatMap(({ product }) => (isUnsold(product) ? [product.sku] : []));
  if (skus.length > 0) throw notForSale(skus);
}

/** What no order holds of these products, and of those in bundles; without those that never run out. */
export const freeStock = (products: ProductForSale[]): Map<string, number> =>
  new Map(
    products
      .flatMap((product): Pick<ProductForSale, 'sku' | 'available'>[] => product.contents ?? [product])
      .flatMap(({ sku, available }): [string, number][] => (available === null ? [] : [[sku, available]])),
  );

export const outOfStock = (items: Shortage[]): Problem =>
  new Problem('out_of_stock', 'Some of this is no longer available; see `items`.', { items });
