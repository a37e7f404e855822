import { PREVIEW_VERSION, referenceOf } from '../../platform/stripe-agents';
import { knownProducts } from '../../store/catalogue/known';
import type { Deps } from '../deps';

/**
 * The SKUs that lines of a session have from the catalogue feed, by the line's id: what an agent sold for us. Those not
 * known here are left out; there are none unless orders of agents are taken up. Only a preview's version of Stripe's
 * API shows them, so this is a call of its own, made where a line is not known otherwise.
 */
export async function skusByReference({ db, env, stripe }: Deps, { id }: { id: string }): Promise<Map<string, string>> {
  if (env.STRIPE_AGENT_ORDERS === 'off') return new Map();
  const items = await stripe.checkout.sessions
    .listLineItems(id, { limit: 100 }, { apiVersion: PREVIEW_VERSION })
    .autoPagingToArray({ limit: 1000 });
  const named = items.flatMap((item): [string, string][] => {
    const sku = referenceOf(item);
    return sku === null ? [] : [[item.id, sku]];
  });
  const skus = [...new Set(named.map(([, sku]) => sku))];
  const known = new Set((await knownProducts(db, skus)).map(({ sku }) => sku));
  return new Map(named.filter(([, sku]) => known.has(sku)));
}
