import Stripe from 'stripe';
import { AGENTS_CHANGED, LINE_REFERENCES } from '../../domain/fault';
import { OTHER_ACCOUNT } from '../../platform/stripe';
import { PREVIEW_VERSION, referenceOf } from '../../platform/stripe-agents';
import { knownProducts } from '../../store/catalogue/known';
import type { Deps } from '../deps';

/**
 * The SKUs that lines of a session have from the catalogue feed, by the line's id: what an agent sold for us. Those not
 * known here are left out; there are none unless orders of agents are taken up. Only a preview version of Stripe's
 * API shows them, so this is a separate call, made only if a line is not known otherwise. If Stripe has withdrawn that
 * version, it raises an alarm and finds none, so that sessions of other shops do not get stuck.
 */
export async function skusByReference(deps: Deps, { id }: { id: string }): Promise<Map<string, string>> {
  const { db, env } = deps;
  if (env.STRIPE_AGENT_ORDERS === 'off') return new Map();
  const items = await previewedLines(deps, id);
  const named = items.flatMap((item): [string, string][] => {
    const sku = referenceOf(item);
    return sku === null ? [] : [[item.id, sku]];
  });
  const skus = [...new Set(named.map(([, sku]) => sku))];
  const known = new Set((await knownProducts(db, skus)).map(({ sku }) => sku));
  return new Map(named.filter(([, sku]) => known.has(sku)));
}

async function previewedLines({ stripe, watch, log }: Deps, id: string): Promise<Stripe.LineItem[]> {
  try {
    const items = await stripe.checkout.sessions
      .listLineItems(id, { limit: 100 }, { apiVersion: PREVIEW_VERSION })
      .autoPagingToArray({ limit: 1000 });
    await watch.worked([AGENTS_CHANGED], LINE_REFERENCES);
    return items;
  } catch (error) {
    if (!(error instanceof Stripe.errors.StripeInvalidRequestError) || error.code === OTHER_ACCOUNT) throw error;
    if (error.code === 'resource_missing') return []; // this session's fault, not the preview's
    await watch.refused(AGENTS_CHANGED, LINE_REFERENCES);
    log.warn({ err: error, session: id, version: PREVIEW_VERSION }, REFUSED);
    return [];
  }
}

const REFUSED =
  'Stripe refuses the preview of its API that names what agents sold: upgrade Holdfast, or set STRIPE_AGENT_ORDERS=off';
