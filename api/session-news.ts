import type Stripe from 'stripe';
import type { OrderStatus, PaymentStatus } from '../domain/order';

type Known = { status: OrderStatus; paymentStatus: PaymentStatus };

/**
 * What a session at Stripe tells of a pending order that the database does not know; null when it tells nothing new. A delayed payment has
 * failed when its PaymentIntent asks for another method or is cancelled: the session alone does not show it.
 */
export function newsOf(session: Stripe.Checkout.Session, { status, paymentStatus }: Known): string | null {
  if (session.status === 'expired') return status === 'PENDING' && paymentStatus === 'UNPAID' ? 'expired' : null;
  if (session.status !== 'complete') return null;
  const seen = session.payment_status !== 'unpaid' ? 'paid' : hasFailed(session) ? 'failed' : 'processing';
  return KNOWN_AS[seen].includes(paymentStatus) ? null : seen;
}

const KNOWN_AS: Record<'paid' | 'failed' | 'processing', PaymentStatus[]> = {
  paid: ['PAID', 'NO_PAYMENT_REQUIRED', 'PARTIALLY_REFUNDED', 'REFUNDED'],
  failed: ['FAILED'],
  processing: ['PROCESSING'],
};

function hasFailed({ payment_intent }: Stripe.Checkout.Session): boolean {
  const status = typeof payment_intent === 'object' ? payment_intent?.status : undefined;
  return status === 'requires_payment_method' || status === 'canceled';
}
