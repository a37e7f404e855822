import { create } from 'zustand';
import { api, type Failure, type Money, type Product } from './api/client';

interface Catalogue {
  /** Null until they were read once. */
  products: Product[] | null;
  /** Why the last reading failed; null when it did not. */
  failure: Failure | null;
}

/** The shop's products with today's prices and stock. */
export const useCatalogue = create<Catalogue>(() => ({ products: null, failure: null }));

/** Reads the products anew. What was read before stays on the page when that fails. */
export async function loadCatalogue(): Promise<void> {
  const answer = await api.products();
  useCatalogue.setState(answer.ok ? { products: answer.value.data, failure: null } : { failure: answer.failure });
}

/** Every currency that something is sold in; the first product's first price leads. */
export function currenciesOf(products: Product[]): string[] {
  return [...new Set(products.flatMap(({ prices }) => prices.map(({ currency }) => currency)))];
}

/** The currency to show: the shopper's choice while something is sold in it, else the leading one. */
export function shownCurrency(products: Product[], chosen: string | null): string {
  const currencies = currenciesOf(products);
  return chosen !== null && currencies.includes(chosen) ? chosen : (currencies[0] ?? 'eur');
}

/** What one costs in a currency; null when it is not sold in that. */
export const priceIn = (product: Product, currency: string): Money | null =>
  product.prices.find((price) => price.currency === currency) ?? null;
