import Stripe from 'stripe';
import { type SessionId, sessionId } from '../../domain/ids';
import { expectObject } from '../../platform/stripe';
import { isStray } from '../../store/checkouts/strays';
import { findOrderOfPayment, isOrderWritten } from '../../store/orders/find';
import type { Deps } from '../deps';
import { isElsewhere, noteStray } from './take-up';

/** The order of a payment. Disputes, reviews and warnings name a payment, never its session. */
export type PaymentOwner =
  | { whose: 'order'; sessionId: SessionId }
  /**
   * The session is paid, but its order is not written yet. Its workflow was woken: soon the order is written, or the
   * session is found not to be ours.
   */
  | { whose: 'coming'; sessionId: SessionId }
  /** The payment belongs to no session, or to one that is not ours. */
  | { whose: 'nobody' };

export interface NamedPayment {
  payment_intent?: string | { id: string } | null;
  charge?: string | { id: string } | null;
}

/** Finds the order of a payment: in the database, or by the session that Stripe names for the payment. */
export async function ownerOf(deps: Deps, named: NamedPayment): Promise<PaymentOwner> {
  const paymentIntentId = await paymentIntentOf(deps, named);
  if (paymentIntentId === null) return { whose: 'nobody' };
  const order = await findOrderOfPayment(deps.db, paymentIntentId);
  return order ? { whose: 'order', sessionId: order } : ownerBySession(deps, paymentIntentId);
}

/** The id of an object that Stripe returns as an id or, if expanded, as an object. */
export const idOf = (named: string | { id: string } | null | undefined): string | null =>
  typeof named === 'string' ? named : (named?.id ?? null);

/** An object read at Stripe; null if it does not exist for this key, because it is of another account or mode. */
export async function found<T>(asked: Promise<T>): Promise<T | null> {
  try {
    return await asked;
  } catch (error) {
    const isMissing = (one: Stripe.errors.StripeError) => one.code === 'resource_missing' || one.statusCode === 404;
    if (error instanceof Stripe.errors.StripeInvalidRequestError && isMissing(error)) return null;
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
 * An order knows its PaymentIntent only once it is confirmed. Until then, or if there is no order, the session names
 * it.
 */
async function ownerBySession(deps: Deps, paymentIntentId: string): Promise<PaymentOwner> {
  const session = await sessionOf(deps, paymentIntentId);
  if (session === null) return { whose: 'nobody' };
  const id = sessionId(session.id);
  if (await isOrderWritten(deps.db, id)) return { whose: 'order', sessionId: id };
  // A session that is only open has nothing to fulfil yet. Only its own checkout opens an order for it.
  if (session.status !== 'complete' || session.mode !== 'payment') return { whose: 'nobody' };
  if (await isStray(deps.db, id)) return { whose: 'nobody' };
  if (await isElsewhere(deps, session)) {
    await noteStray(deps, session);
    return { whose: 'nobody' };
  }
  // If a run has completed but there is no order, the database was restored: Stripe and the database differ.
  if ((await deps.starter.order(id)) === 'ended') await deps.starter.order(id, { again: true });
  return { whose: 'coming', sessionId: id };
}

async function sessionOf({ stripe }: Deps, paymentIntentId: string): Promise<Stripe.Checkout.Session | null> {
  const { data } = await stripe.checkout.sessions.list({ payment_intent: paymentIntentId, limit: 1 });
  return data[0] ?? null;
}
