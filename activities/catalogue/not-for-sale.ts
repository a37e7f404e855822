import { isSellable } from '../../platform/stripe-prices';
import { allowProducts, refusedProducts } from '../../store/catalogue/not-for-sale';
import type { Deps } from '../deps';

/**
 * Asks Stripe again for every product that it refused to sell, and puts those on sale again whose prices are all right
 * now. Costs Stripe nothing while no product is refused.
 */
export async function recheckRefused({ db, stripe, clock }: Pick<Deps, 'db' | 'stripe' | 'clock'>): Promise<void> {
  for (const { sku, stripePriceIds } of await refusedProducts(db)) {
    const sellable = await Promise.all(stripePriceIds.map((id) => isSellable(stripe, id)));
    if (sellable.every(Boolean)) await allowProducts(db, { skus: [sku], at: new Date(clock.now()) });
  }
}
