import type { ProductKind } from './order';
import type { Picture } from './picture';

/** A price of a product, per unit, in the currency's smallest unit. */
export interface Price {
  currency: string;
  /** For pay-what-you-want: the suggested amount. */
  amount: number;
  /** Set exactly for pay-what-you-want: the least a shopper may pay. */
  minimum: number | null;
  /** Null until the price has been made at Stripe. */
  stripePriceId: string | null;
}

/** Whether prices contain their tax, in Stripe's words. */
export const TAX_BEHAVIORS = ['inclusive', 'exclusive'] as const;
export type TaxBehavior = (typeof TAX_BEHAVIORS)[number];

/** What staff say about a product. */
export interface ProductDetails {
  name: string;
  description: string;
  kind: ProductKind;
  /** The first of its pictures, as the catalogue names it (domain/picture.ts). */
  imageUrl: string | null;
  /** Whether it is for sale. */
  active: boolean;
  /** Grams; null if staff have not said. It decides about shipping rates. */
  weight: number | null;
  /** Stripe's, `txcd_…`; null is the preset of the account. */
  taxCode: string | null;
  /** Null is the default of the account. */
  taxBehavior: TaxBehavior | null;
}

export interface Product extends ProductDetails {
  sku: string;
  /** The current prices, in the order staff gave them; the first sets the default currency. */
  prices: Price[];
}

/**
 * Products that a shop shows as one, with a choice: the same id and name for all of them, and the options of this one,
 * by their names. All have the same names, and no two the same options.
 */
export interface ProductGroup {
  id: string;
  name: string;
  options: Record<string, string>;
}

/** A product in a bundle. */
export interface BundleItem {
  sku: string;
  /** Units in one bundle. */
  quantity: number;
}

/** As `BundleItem`, with what the catalogue says about the product today. */
export interface Content extends BundleItem {
  name: string;
  kind: ProductKind;
  /** Grams, of one unit. */
  weight: number | null;
  /** What it costs alone; empty if it has no price of its own. */
  prices: { currency: string; amount: number }[];
  /** The stock that no order holds; `null` is unlimited. */
  available: number | null;
}

/** A price that exists at Stripe. */
export type PriceAtStripe = Price & { stripePriceId: string };

/** A product for sale. */
export interface ProductForSale extends Omit<Product, 'active' | 'prices'> {
  /** Those that exist at Stripe; none while the product is a draft. */
  prices: PriceAtStripe[];
  /** What a bundle is made of; null for any other product. */
  contents: Content[] | null;
  pictures: Picture[];
  group: ProductGroup | null;
  /** The stock that no order holds, in bundles if it is one; `null` is unlimited (digital, without licence keys). */
  available: number | null;
  /** Stripe refuses to sell it at the moment. */
  refused: boolean;
}
