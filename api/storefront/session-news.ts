import type Stripe from 'stripe';
import type { OrderStatus, PaymentStatus } from '../../domain/order';

type Known = { status: OrderStatus; paymentStatus: PaymentStatus };

/**
 * What a session at Stripe tells of a pending order that the database does not know; null when it tells nothing new. A delayed payment has
 * failed when its PaymentIntent asks for another method or is cancelled: the session alone does not show it.
 */
export function newsOf(session: Stripe.Checkout.Session, { status, paymentStatus }: Known): string | null {
  if (session.status === 'open') return null;
  // A 3-D Secure that was in flight when the session expired may have brought the money after all.
  const paid = session.payment_status !== 'unpaid' || intentOf(session) === 'succeeded';
  if (session.status === 'expired' && !paid)
    return status === 'PENDING' && paymentStatus === 'UNPAID' ? 'expired' : null;
  const seen = paid ? 'paid' : hasFailed(session) ? 'failed' : 'processing';
  return KNOWN_AS[seen].includes(paymentStatus) ? null : seen;
}

const KNOWN_AS: Record<'paid' | 'failed' | 'processing', PaymentStatus[]> = {
  paid: ['PAID', 'NO_PAYMENT_REQUIRED', 'PARTIALLY_REFUNDED', 'REFUNDED'],
  failed: ['FAILED'],
  processing: ['PROCESSING'],
};

function hasFailed(session: Stripe.Checkout.Session): boolean {
  const status = intentOf(session);
  return status === 'requires_payment_method' || status === 'canceled';
}

const intentOf = ({ payment_intent: intent }: Stripe.Checkout.Session): Stripe.PaymentIntent.Status | undefined =>
  typeof intent === 'object' ? intent?.status : undefined;
