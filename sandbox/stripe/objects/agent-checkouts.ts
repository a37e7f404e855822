/**
 * Checkout Sessions that Stripe makes for a shop when an agent sells what is in its catalogue feed, as the Agentic
 * Commerce Suite does: plain sessions, whose prices name the feed's `id` as `external_reference`.
 */
import type Stripe from 'stripe';
import { invalid } from '../http/errors';
import { group, integer, list, type Read, required, text } from '../http/params';
import { idOf } from '../store/store';
import type { World } from '../world';
import { priceNamed } from './prices';
import { productNamed } from './products';
import { createSession } from './session-create';
import { detailOf, type Session } from './sessions';

export const agentCheckoutShape = {
  /** `price`: one of the account, whose product and amount the feed has. `sku`: the feed's `id` of it. */
  items: required(list(group({ price: required(text()), sku: text(), quantity: integer({ min: 1 }) }), { max: 100 })),
  country: text({ max: 2 }),
};

/** @throws Refusal if a price is unknown, or names no SKU */
export function createAgentCheckout(world: World, { items, country }: Read<typeof agentCheckoutShape>): Session {
  const lines = items.map(({ price: id, sku, quantity = 1 }) => {
    const price = priceNamed(world, id, 'price');
    const reference = sku ?? skuOf(world, price);
    if (reference === undefined) throw invalid(`Neither ${id} nor its product names a SKU: say it.`, { param: 'sku' });
    return { price, quantity, reference };
  });
  const session = createSession(world, {
    mode: 'payment',
    success_url: `${world.publicUrl}/_control`,
    shipping_address_collection: { allowed_countries: [country ?? 'DE'] },
    // The feed's prices are copies: their ids are known to nobody else.
    line_items: lines.map(({ price, quantity }) => ({
      quantity,
      price_data: {
        currency: price.currency,
        product_data: { name: productNamed(world, idOf(price.product) ?? '').name },
        unit_amount: price.unit_amount ?? 0,
      },
    })),
  });
  const { lines: made } = detailOf(world, session.id);
  world.store.sessionDetails.patch(session.id, { lines: made.map((line, at) => named(line, lines[at]?.reference)) });
  return session;
}

const named = (line: Stripe.LineItem, external_reference: string | undefined): Stripe.LineItem => ({
  ...line,
  price: line.price && ({ ...line.price, external_reference } as Stripe.Price),
});

/** Of a line that such a session sells; undefined for a line of any other session. */
export const referenceOf = ({ price }: Stripe.LineItem): string | undefined =>
  (price as { external_reference?: string } | null)?.external_reference;

/** The SKU that a price or its product names; undefined if neither does. */
export const skuOf = (world: World, price: Stripe.Price): string | undefined =>
  price.metadata.sku ?? productNamed(world, idOf(price.product) ?? '').metadata.sku;
