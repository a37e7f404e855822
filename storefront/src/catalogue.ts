import type { Failure, Product } from '@holdfast/client';
import { create } from 'zustand';
import { holdfast } from './holdfast';

interface Catalogue {
  /** Null until they have been loaded once. */
  products: Product[] | null;
  /** Why the last load failed; null if it succeeded. */
  failure: Failure | null;
}

/** The shop's products with today's prices and stock. */
export const useCatalogue = create<Catalogue>(() => ({ products: null, failure: null }));

/**
 * Loads the products again. What a cache keeps may be a few seconds old, and the page asks when it has just heard that
 * something changed. If that fails, the earlier products stay on the page.
 */
export async function loadCatalogue(): Promise<void> {
  const answer = await holdfast.products({ fresh: true });
  useCatalogue.setState(answer.ok ? { products: answer.value.data, failure: null } : { failure: answer.failure });
}
