import type Stripe from 'stripe';
import type { Address } from '../../domain/address';
import { METADATA } from '../../domain/session';
import type { CustomerDetails } from '../../store/customers/customers';
import { paymentIntentOf, type Session } from './session';

/** The customer and the shipping address, from Stripe. */
export function customerOf(session: Session): CustomerDetails {
  const shipping = session.collected_information?.shipping_details;
  const userId = session.metadata?.[METADATA.userId] ?? paymentIntentOf(session)?.metadata?.[METADATA.userId];
  return {
    email: emailOf(session),
    name: (shipping?.name ?? session.customer_details?.name) || null,
    userId: userId || null,
    address: addressOf(shipping?.address ?? session.customer_details?.address),
  };
}

/** The shopper's e-mail address, from the payment page, the checkout, or a card that was declined or not confirmed. */
export function emailOf(session: Session): string | null {
  const intent = paymentIntentOf(session);
  const charge = intent?.latest_charge;
  const given =
    session.customer_details?.email ??
    session.customer_email ??
    (typeof charge === 'object' ? charge?.billing_details.email : null) ??
    intent?.last_payment_error?.payment_method?.billing_details.email;
  return given?.toLowerCase() || null;
}

/** An address in Stripe's own fields; null if there is none, which Stripe may also express as an address of nulls. */
function addressOf(address: Stripe.Address | null | undefined): Address | null {
  if (!address) return null;
  const { line1, line2, city, state, postal_code, country } = address;
  const whole = { line1, line2, city, state, postal_code, country };
  return Object.values(whole).some((part) => part) ? whole : null;
}
