import type Stripe from 'stripe';
import { METADATA } from '../../domain/session';
import type { Address, CustomerDetails } from '../../store/customers/customers';
import { paymentIntentOf, type Session } from './session';

/** Who bought and where it goes, as Stripe says. */
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

/** The address a shopper gave: on the payment page, at checkout, or with a card that was declined or not confirmed. */
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

/** An address in Stripe's own fields; null when there is none, which Stripe also says with an address of nothing. */
function addressOf(address: Stripe.Address | null | undefined): Address | null {
  if (!address) return null;
  const { line1, line2, city, state, postal_code, country } = address;
  const whole = { line1, line2, city, state, postal_code, country };
  return Object.values(whole).some((part) => part) ? whole : null;
}
