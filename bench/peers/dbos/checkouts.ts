import { randomUUID } from 'node:crypto';
import type { Pool } from 'pg';
import type Stripe from 'stripe';
import { offerOf } from '../../../api/storefront/checkout/offer';
import { type SessionRequest, sessionRequest } from '../../../api/storefront/checkout/stripe-request';
import { settingsOf } from '../../../domain/shop';
import type { Env } from '../../../platform/env';

interface Deps {
  pool: Pool;
  stripe: Stripe;
  env: Env;
}

/**
 * The statements and the call to Stripe of a `POST /checkout`: prices the cart, writes down what Stripe is asked, asks
 * for the session, and keeps its id.
 */
export const checkouts =
  ({ pool, stripe, env }: Deps) =>
  async (items: { sku: string; quantity: number }[]): Promise<{ sessionId: string; url: string | null }> => {
    const values = [items.map(({ sku }) => sku)];
    const { rows: products } = await pool.query({ name: 'products', text: PRODUCTS, values });
    const wanted = items.map(({ sku, quantity }) => ({ product: products.find((one) => one.sku === sku), quantity }));
    const lines = wanted.map(({ product: { sku, name, kind, prices }, quantity }) => {
      const { amount: unitAmount, stripePriceId, minimum } = prices[0];
      return { sku, name, kind, quantity, unitAmount, total: quantity * unitAmount, stripePriceId, minimum };
    });
    const currency: string = products[0].prices[0].currency;
    const subtotal = lines.reduce((sum, { total }) => sum + total, 0);
    const offer = offerOf(settingsOf(null), wanted, { currency, country: null, language: null });

    const id = randomUUID();
    const now = Date.now();
    const holdUntil = new Date(now + env.HOLD_TTL_SECONDS * 1000);
    const attempt = { id, number: '', installation: 'dbos', holdUntil, now };
    const asked = sessionRequest(env, {}, { currency, lines, offer }, attempt);
    const { rows } = await pool.query({
      name: 'write-checkout',
      text: "SELECT write_checkout($1, $2, $3, $4, $5, $6, $7, 'dbos', NULL, NULL, NULL, 0, $8) AS result",
      values: [
        ...[id, currency, subtotal, JSON.stringify(lines), JSON.stringify(asked)],
        ...[NUMBER_PATHS, holdUntil, new Date(now)],
      ],
    });
    const { request, stripe_key: idempotencyKey } = rows[0].result.checkout;

    const session = await stripe.checkout.sessions.create(request as SessionRequest, { idempotencyKey });
    if (session.amount_subtotal !== subtotal) throw new Error(`Stripe asks for ${session.amount_subtotal}`);
    const save = { name: 'save', text: 'UPDATE checkouts SET session_id = $1, url = $2 WHERE id = $3' };
    await pool.query({ ...save, values: [session.id, session.url, id] });
    return { sessionId: session.id, url: session.url };
  };

/** Where the order's number stands in the request: the database draws it. */
const NUMBER_PATHS = ['client_reference_id', 'metadata.number', 'payment_intent_data.metadata.number'];

const PRODUCTS = `
  SELECT p.sku, p.name, p.description, p.kind::text AS kind, p.image_url AS "imageUrl",
    (SELECT coalesce(json_agg(json_build_object('currency', r.currency, 'amount', r.amount, 'minimum', r.minimum,
        'stripePriceId', r.stripe_price_id) ORDER BY r.position, r.id), '[]')
      FROM prices r WHERE r.sku = p.sku AND r.current) AS prices,
    CASE p.kind WHEN 'PHYSICAL' THEN coalesce(s.on_hand - s.held, 0) END AS available,
    p.refused_at IS NOT NULL AS refused
  FROM products p LEFT JOIN stock_levels s ON s.sku = p.sku
  WHERE p.active AND p.sku = ANY($1)
  ORDER BY p.created_at, p.sku`;
