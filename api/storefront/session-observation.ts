import type Stripe from 'stripe';
import type { OrderStatus, PaymentStatus } from '../../domain/order';

type Observation = 'paid' | 'failed' | 'processing' | 'expired';

/** What the database says. */
type KnownState = { status: OrderStatus; paymentStatus: PaymentStatus };

/**
 * What a session at Stripe says about a pending order that the database does not know yet; null if nothing. A delayed
 * payment has failed when its PaymentIntent requires another method or is cancelled; the session alone does not show
 * it.
 */
export function observationOf(
  session: Stripe.Checkout.Session,
  { status, paymentStatus }: KnownState,
): Observation | null {
  if (session.status === 'open') return null;
  // A 3-D Secure that was in flight when the session expired may have paid after all.
  const paid = session.payment_status !== 'unpaid' || intentOf(session) === 'succeeded';
  if (session.status === 'expired' && !paid)
    return status === 'PENDING' && paymentStatus === 'UNPAID' ? 'expired' : null;
  const observation = paid ? 'paid' : hasFailed(session) ? 'failed' : 'processing';
  return KNOWN_AS[observation].includes(paymentStatus) ? null : observation;
}

/** The payment statuses in which the database knows each observation already. */
const KNOWN_AS: Record<Exclude<Observation, 'expired'>, PaymentStatus[]> = {
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
