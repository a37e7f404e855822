import type Stripe from 'stripe';
import { METADATA } from '../../domain/session';
import type { Tx } from '../../store/database';
import { paymentIntentOf, type Session } from './session';

/**
 * Keeps who bought and where it goes, as Stripe says. What is not said now stays as it was known; what staff have corrected stands; an erased
 * customer stays erased.
 */
export async function keepCustomer(tx: Tx, session: Session): Promise<void> {
  const shipping = session.collected_information?.shipping_details;
  const address = addressOf(shipping?.address ?? session.customer_details?.address);
  const userId = session.metadata?.[METADATA.userId] ?? paymentIntentOf(session)?.metadata?.[METADATA.userId];
  await write(tx, session.id, {
    email: emailOf(session),
    name: shipping?.name ?? session.customer_details?.name,
    userId,
    ...(address && { address }),
  });
}

/** Keeps the e-mail address alone: of who did not buy nothing else is needed. */
export async function keepEmail(tx: Tx, session: Session): Promise<void> {
  await write(tx, session.id, { email: emailOf(session) });
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
  return given?.toLowerCase() ?? null;
}

type Address = Pick<Stripe.Address, 'line1' | 'line2' | 'city' | 'state' | 'postal_code' | 'country'>;
type Found = {
  email: string | null;
  name?: string | null | undefined;
  userId?: string | null | undefined;
  address?: Address;
};

async function write(tx: Tx, sessionId: string, { email, name, userId, address }: Found): Promise<void> {
  const known = await tx.customer.findUnique({ where: { sessionId } });
  if (known?.erasedAt) return;
  const found = {
    ...(email && !known?.emailByStaff && { email }),
    ...(name && { name }),
    ...(userId && { userId }),
    ...(address && !known?.addressByStaff && { address }),
  };
  if (known === null) await tx.customer.create({ data: { sessionId, ...found } });
  else if (Object.keys(found).length > 0) await tx.customer.update({ where: { sessionId }, data: found });
}

/** An address in Stripe's own fields; null when there is none, which Stripe also says with an address of nothing. */
function addressOf(address: Stripe.Address | null | undefined): Address | null {
  if (!address) return null;
  const { line1, line2, city, state, postal_code, country } = address;
  const whole = { line1, line2, city, state, postal_code, country };
  return Object.values(whole).some((part) => part) ? whole : null;
}
