import type Stripe from 'stripe';
import type { SessionId } from '../../domain/ids';
import { type CheckoutLine, METADATA } from '../../domain/session';
import type { LineFacts, SessionFacts } from '../../domain/verdict';
import { addToLogContext } from '../../platform/log-context';
import { expectObject } from '../../platform/stripe';
import { knownProducts, productsOfPrices } from '../../store/catalogue/known';
import type { Deps } from '../deps';
import { skusByReference } from './agents';

export type Session = Stripe.Checkout.Session;

/** What was requested from Stripe for a session, from `checkouts`. */
export interface AskedCheckout {
  currency: string;
  lines: CheckoutLine[];
}

/** A line at Stripe, with what the order stores about it. */
export interface FoundLine extends LineFacts {
  description: string;
  /** Set for pay-what-you-want: the least the shopper may pay for one unit. */
  minimum: number | null;
}

/** Reads a session with everything that decides about its order. The first ten lines are included. */
export async function retrieveSession({ stripe }: Deps, sessionId: SessionId): Promise<Session> {
  const expand = ['line_items', 'payment_intent.latest_charge'];
  const session = expectObject(await stripe.checkout.sessions.retrieve(sessionId, { expand }), 'checkout.session');
  const number = session.metadata?.[METADATA.number];
  if (number) addToLogContext({ number });
  return { ...session, payment_intent: await expanded(stripe, session.payment_intent) };
}

/** An id where a payment was asked for must not pass for “no payment was begun”, which frees the stock. */
async function expanded(stripe: Stripe, intent: Session['payment_intent']): Promise<Stripe.PaymentIntent | null> {
  if (typeof intent !== 'string') return intent;
  return expectObject(await stripe.paymentIntents.retrieve(intent, { expand: ['latest_charge'] }), 'payment_intent');
}

/** The fields of a session that decide, with all pages of its lines, each with its SKU. */
export async function factsOf(
  deps: Deps,
  session: Session,
  asked: AskedCheckout,
): Promise<SessionFacts & { lines: FoundLine[] }> {
  const intent = paymentIntentOf(session);
  return {
    status: session.status,
    payment_status: session.payment_status,
    currency: session.currency,
    amount_subtotal: session.amount_subtotal,
    amount_total: session.amount_total,
    total_details: session.total_details,
    shipping_cost: session.shipping_cost,
    intentStatus: intent?.status ?? null,
    received: intent?.amount_received ?? null,
    lines: await linesOf(deps, session, asked),
  };
}

/** The session's PaymentIntent, expanded; null until the shopper has confirmed. */
export function paymentIntentOf(session: Session): Stripe.PaymentIntent | null {
  return typeof session.payment_intent === 'object' ? session.payment_intent : null;
}

async function linesOf(deps: Deps, session: Session, asked: AskedCheckout): Promise<FoundLine[]> {
  // A shopper may reduce an adjustable quantity to zero.
  const items = (await allLines(deps, session)).filter(({ quantity }) => quantity !== 0);
  const prices = await pricesOf(deps, session.currency, items, asked);
  const named = await productsNamed(deps, items, asked);
  const lines = items.map((item) => {
    const price = item.price ? prices.get(item.price.id) : undefined;
    const names = [item.metadata?.[METADATA.sku], item.price?.metadata?.[METADATA.sku]];
    return { item, price, sku: price?.sku ?? names.find((sku) => sku && named.has(sku)) ?? null };
  });
  const isAsked = lines.some(({ sku }) => sku === null) && mayBePaid(session);
  const sold = isAsked ? await skusByReference(deps, session) : null;
  return lines.map(({ item, price, sku }) => {
    return {
      sku: sku ?? sold?.get(item.id) ?? null,
      description: item.description ?? '',
      quantity: item.quantity ?? 1,
      minimum: price?.minimum ?? null,
      amount_subtotal: item.amount_subtotal,
      amount_discount: item.amount_discount,
      amount_tax: item.amount_tax,
      amount_total: item.amount_total,
    };
  });
}

/** Until then nothing depends on what the lines are: so an order can end whatever Stripe says of them. */
const mayBePaid = (session: Session): boolean =>
  session.status === 'complete' || paymentIntentOf(session)?.status === 'succeeded';

type KnownPrice = { sku: string; minimum: number | null };

/**
 * The products of the lines' prices: as requested, whatever has become of the price since; otherwise from the
 * catalogue, including replaced prices.
 */
async function pricesOf(
  { db }: Deps,
  currency: string | null,
  items: Stripe.LineItem[],
  asked: AskedCheckout,
): Promise<Map<string, KnownPrice>> {
  const prices = new Map<string, KnownPrice>();
  for (const { stripePriceId, sku, minimum } of asked.lines)
    if (stripePriceId) prices.set(stripePriceId, { sku, minimum });
  const unknown = items.flatMap(({ price }) => (price && !prices.has(price.id) ? [price.id] : []));
  const found = await productsOfPrices(db, { stripePriceIds: unknown, currency });
  for (const { stripePriceId, ...price } of found) prices.set(stripePriceId, price); // the one in the currency is last
  return prices;
}

/** Expanding returns the first ten lines. The rest are on further pages. */
async function allLines({ stripe }: Deps, session: Session): Promise<Stripe.LineItem[]> {
  if (session.line_items && !session.line_items.has_more) return session.line_items.data;
  return stripe.checkout.sessions.listLineItems(session.id, { limit: 100 }).autoPagingToArray({ limit: 1000 });
}

/** The SKUs in the metadata of lines or prices that are known here. */
async function productsNamed({ db }: Deps, items: Stripe.LineItem[], asked: AskedCheckout): Promise<Set<string>> {
  const named = new Set(
    items
      .flatMap((item) => [item.metadata?.[METADATA.sku], item.price?.metadata?.[METADATA.sku]])
      .filter((sku) => typeof sku === 'string'),
  );
  const known = new Set(asked.lines.map(({ sku }) => sku).filter((sku) => named.has(sku)));
  const others = [...named].filter((sku) => !known.has(sku));
  for (const { sku } of await knownProducts(db, others)) known.add(sku);
  return known;
}
