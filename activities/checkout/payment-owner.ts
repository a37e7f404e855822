import Stripe from 'stripe';
import { type SessionId, sessionId } from '../../domain/ids';
import { expectObject } from '../../platform/stripe';
import { isStray } from '../../store/checkouts/strays';
import { findOrderOfPayment, isOrderWritten } from '../../store/orders/find';
import type { Deps } from '../deps';

/** Whose a payment is. Disputes, reviews and warnings name a payment, never its session. */
export type PaymentOwner =
  | { whose: 'order'; sessionId: SessionId }
  /**
   * Of a session that is paid and whose order is not written yet; its workflow was woken, so it soon is, or is found
   * not to be ours.
   */
  | { whose: 'coming'; sessionId: SessionId }
  /** Of no session, or of one that is not ours. */
  | { whose: 'nobody' };

export interface NamedPayment {
  payment_intent?: string | { id: string } | null;
  charge?: string | { id: string } | null;
}

/** Finds the order of a payment: in the database, else by the session that Stripe has for it. */
export async function ownerOf(deps: Deps, named: NamedPayment): Promise<PaymentOwner> {
  const paymentIntentId = await paymentIntentOf(deps, named);
  if (paymentIntentId === null) return { whose: 'nobody' };
  const order = await findOrderOfPayment(deps.db, paymentIntentId);
  return order ? { whose: 'order', sessionId: order } : ownerBySession(deps, paymentIntentId);
}

/** The id of what Stripe gives as an id or, expanded, as an object. */
export const idOf = (named: string | { id: string } | null | undefined): string | null =>
  typeof named === 'string' ? named : (named?.id ?? null);

/** What was asked of Stripe, or null where it knows nothing of that name: what another account or mode tells of. */
export async function found<T>(asked: Promise<T>): Promise<T | null> {
  try {
    return await asked;
  } catch (error) {
    if (error instanceof Stripe.errors.StripeInvalidRequestError && error.code === 'resource_missing') return null;
    throw error;
  }
}

async function paymentIntentOf({ stripe }: Deps, { payment_intent, charge }: NamedPayment): Promise<string | null> {
  const named = idOf(payment_intent);
  const chargeId = idOf(charge);
  if (named !== null || chargeId === null) return named;
  return idOf(expectObject(await stripe.charges.retrieve(chargeId), 'charge').payment_intent);
}

/**
 * An order learns of its PaymentIntent when it is confirmed; until then, and where it was never heard of, its session
 * names it.
 */
async function ownerBySession(deps: Deps, paymentIntentId: string): Promise<PaymentOwner> {
  const session = await sessionOf(deps, paymentIntentId);
  if (session === null) return { whose: 'nobody' };
  const id = sessionId(session.id);
  if (await isOrderWritten(deps.db, id)) return { whose: 'order', sessionId: id };
  // One that is only open is taken up by nobody but its own checkout: there is nothing to fulfil yet.
  if (session.status !== 'complete' || session.mode !== 'payment') return { whose: 'nobody' };
  if (await isStray(deps.db, id)) return { whose: 'nobody' };
  // A run that has completed and left no order was of a database that is older than it: Stripe and the database differ.
  if ((await deps.starter.order(id)) === 'ended') await deps.starter.order(id, { again: true });
  return { whose: 'coming', sessionId: id };
}

async function sessionOf({ stripe }: Deps, paymentIntentId: string): Promise<Stripe.Checkout.Session | null> {
  const { data } = await stripe.checkout.sessions.list({ payment_intent: paymentIntentId, limit: 1 });
  return data[0] ?? null;
}
