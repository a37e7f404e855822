import Stripe from 'stripe';
import type { Program } from '../sandbox/program';
import type { System } from './system';
import { WEBHOOK_SECRET } from './variables';
import { priceIdOf } from './world';

/** Only for its signatures: it calls nobody. */
const { webhooks } = new Stripe('sk_test_of_the_benchmarks');

/** How long the parts of one order took, in milliseconds. */
export interface Bought {
  sessionId: string;
  checkoutMs: number;
  webhookMs: number;
  /** From the event's delivery until both mails are handed over. */
  paidToMailedMs: number;
}

/** Puts products on sale. With `stock` they are goods. */
export async function putOnSale({ db }: System, skus: string[], stock?: number): Promise<void> {
  const at = new Date();
  for (const sku of skus) {
    const kind = stock === undefined ? ('DIGITAL' as const) : ('PHYSICAL' as const);
    const price = { currency: 'eur', amount: 1250, stripePriceId: priceIdOf(sku, 1250) };
    const prices = { create: [{ ...price, createdAt: at }] };
    await db.product.create({
      data: {
        ...{ sku, name: `The ${sku}`, kind, createdAt: at, updatedAt: at, prices },
        ...(stock && { stock: { create: {} } }),
      },
    });
    if (stock)
      await db.stockMovement.create({
        data: { sku, at, kind: 'ADJUST', onHandDelta: stock, heldDelta: 0, reference: 'delivery', actor: 'staff' },
      });
  }
}

/** One whole order of a download, through HTTP: checkout, payment, webhook, and its two mails. */
export async function buy({ world }: System, sku: string, api: Program): Promise<Bought> {
  const began = performance.now();
  const { sessionId } = await checkout(api, sku);
  const opened = performance.now();
  const event = completedEvent(world.pay(sessionId));
  const mailed = world.mailed(world.numberOf(sessionId));
  await deliver(api.url, event);
  const acknowledged = performance.now();
  await mailed;
  return {
    sessionId,
    checkoutMs: opened - began,
    webhookMs: acknowledged - opened,
    paidToMailedMs: performance.now() - opened,
  };
}

export async function checkout(api: Program, sku: string): Promise<{ sessionId: string }> {
  const response = await requestCheckout(api, sku);
  const body = await response.json();
  if (response.status !== 201) throw new Error(`POST /checkout: ${response.status} ${JSON.stringify(body)}`);
  return body as { sessionId: string };
}

/** `POST /checkout` for one unit, whatever the answer. */
export const requestCheckout = (api: Program, sku: string): Promise<Response> =>
  fetch(`${api.url}/checkout`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ items: [{ sku, quantity: 1 }] }),
  });

/** A delivery that is signed, as Stripe sends it. */
export async function deliver(apiUrl: string, payload: string): Promise<void> {
  const response = await postEvent(apiUrl, payload);
  if (response.status !== 200) throw new Error(`POST /webhooks/stripe: ${response.status} ${await response.text()}`);
  await response.arrayBuffer();
}

/** The same, whatever the answer. */
export const postEvent = (apiUrl: string, payload: string): Promise<Response> =>
  fetch(`${apiUrl}/webhooks/stripe`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      'stripe-signature': webhooks.generateTestHeaderString({ payload, secret: WEBHOOK_SECRET }),
    },
    body: payload,
  });

export const completedEvent = (session: Record<string, unknown>): string =>
  sessionEvent('checkout.session.completed', session);

export const expiredEvent = (session: Record<string, unknown>): string =>
  sessionEvent('checkout.session.expired', session);

const sessionEvent = (type: string, session: Record<string, unknown>): string =>
  JSON.stringify({
    id: `evt_${session.id}`,
    object: 'event',
    type,
    livemode: false,
    data: { object: session },
  });
