import type { ProductKind } from './order';

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

/** What staff say about a product. */
export interface ProductDetails {
  name: string;
  description: string;
  kind: ProductKind;
  imageUrl: string | null;
  /** Whether it is for sale. */
  active: boolean;
}

export interface Product extends ProductDetails {
  sku: string;
  /** The current prices, in the order staff gave them; the first sets the default currency. */
  prices: Price[];
}

/** A product for sale, with the stock that no order holds; `null` is unlimited (digital). */
export interface ProductForSale extends Omit<Product, 'active'> {
  available: number | null;
  /** Stripe refuses to sell it at the moment. */
  refused: boolean;
}
