import { create } from 'zustand';
import { api, type Failure, type Money, type Product } from './api/client';

interface Catalogue {
  /** Null until they have been loaded once. */
  products: Product[] | null;
  /** Why the last load failed; null if it succeeded. */
  failure: Failure | null;
}

/** The shop's products with today's prices and stock. */
export const useCatalogue = create<Catalogue>(() => ({ products: null, failure: null }));

/** Loads the products again. If that fails, the earlier ones stay on the page. */
export async function loadCatalogue(): Promise<void> {
  const answer = await api.products();
  useCatalogue.setState(answer.ok ? { products: answer.value.data, failure: null } : { failure: answer.failure });
}

/** Every currency that something is sold in, starting with that of the first product's first price. */
export function currenciesOf(products: Product[]): string[] {
  return [...new Set(products.flatMap(({ prices }) => prices.map(({ currency }) => currency)))];
}

/** The currency to show: the shopper's choice if anything is sold in it, otherwise the first one. */
export function shownCurrency(products: Product[], chosen: string | null): string {
  const currencies = currenciesOf(products);
  return chosen !== null && currencies.includes(chosen) ? chosen : (currencies[0] ?? 'eur');
}

/** The unit price in a currency; null if the product is not sold in it. */
export const priceIn = (product: Product, currency: string): Money | null =>
  product.prices.find((price) => price.currency === currency) ?? null;
