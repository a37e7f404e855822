import type Stripe from 'stripe';
import { METADATA } from '../../../domain/session';
import type { Env } from '../../../platform/env';
import type { Cart, PricedCart } from './cart';
import { LOCALES } from './stripe-lists';

export type SessionRequest = Stripe.Checkout.SessionCreateParams;

/**
 * Stripe takes nothing under 30 minutes; one more for the way there
 * (https://docs.stripe.com/api/checkout/sessions/create).
 */
const SHORTEST_SESSION_MS = 31 * 60_000;

/**
 * What Stripe is asked for. Pure, and written down before it is sent, so that a repeat sends the very same. Payment
 * methods are the account's own choice in the Dashboard.
 * @param now milliseconds since the epoch
 */
export function sessionRequest(
  env: Pick<Env, 'STOREFRONT_URL'>,
  cart: Pick<Cart, 'email' | 'userId' | 'locale'>,
  { currency, lines, offer }: Pick<PricedCart, 'currency' | 'lines' | 'offer'>,
  attempt: {
    id: string;
    number: string;
    installation: string;
    shopperIp?: string | null;
    holdUntil: Date;
    now: number;
  },
): SessionRequest {
  const metadata = {
    [METADATA.checkout]: attempt.id,
    [METADATA.number]: attempt.number,
    [METADATA.installation]: attempt.installation,
    ...(cart.userId && { [METADATA.userId]: cart.userId }),
  };
  const session = { ...metadata, ...(attempt.shopperIp && { [METADATA.shopperIp]: attempt.shopperIp }) };
  const locale = stripeLocale(cart.locale);
  return {
    mode: 'payment',
    // Left open, Stripe would choose among a price's currencies by the shopper's country.
    currency,
    client_reference_id: attempt.number,
    line_items: lines.map(({ sku, quantity, stripePriceId: price }) => ({
      ...{ price, quantity },
      metadata: { [METADATA.sku]: sku },
    })),
    // Stripe copies nothing from the session to its PaymentIntent: both carry the ids.
    metadata: session,
    payment_intent_data: { metadata },
    success_url: `${env.STOREFRONT_URL}/success?session_id={CHECKOUT_SESSION_ID}`,
    cancel_url: cartPage(env, '{CHECKOUT_SESSION_ID}'),
    expires_at: Math.ceil(Math.max(attempt.holdUntil.getTime(), attempt.now + SHORTEST_SESSION_MS) / 1000),
    ...(cart.email && { customer_email: cart.email }),
    ...(locale && { locale }),
    ...offer,
  };
}

/** Where Stripe's page leads back to from a checkout that was not paid. */
export const cartPage = (env: Pick<Env, 'STOREFRONT_URL'>, sessionId: string): string =>
  `${env.STOREFRONT_URL}/cart?session_id=${sessionId}`;

/** The payment page's nearest language: the tag itself, else its language alone; none is the browser's. */
export function stripeLocale(tag: string | undefined): string | undefined {
  if (tag === undefined) return undefined;
  const asked = tag.replaceAll('_', '-').toLowerCase();
  const language = asked.split('-')[0];
  const named = (text: string | undefined) => LOCALES.find((locale) => locale.toLowerCase() === text);
  return named(asked) ?? named(language);
}
