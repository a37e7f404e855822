import type Stripe from 'stripe';
import { expectObject } from '../../platform/stripe';
import { recordFailedPayment } from '../../store/notices/failed-payment';
import { found } from '../checkout/payment-owner';
import type { Deps } from '../deps';
import { type FollowedNotice, seenNotice, withOrder } from './followed';

/**
 * A payment that did not go through. A declined card inside an open session ends nothing, for the shopper may try
 * another: it is noted on the timeline. For a delayed payment it may be the end: the order looks for itself.
 */
export async function lookAtFailedPayment(deps: Deps, id: string): Promise<FollowedNotice> {
  const intent = await found(deps.stripe.paymentIntents.retrieve(id));
  if (intent === null) return { outcome: 'unknown' };
  const { last_payment_error: error, created } = expectObject(intent, 'payment_intent');
  const reason = error && codeOf(error);
  const seen = seenNotice('payment-failed', { id, paymentIntent: id, open: false, reason, created });
  return withOrder(deps, { payment_intent: id }, seen, async (sessionId, at) => {
    const { number, paymentStatus } = await recordFailedPayment(deps.db, { sessionId, seen, at });
    if (paymentStatus === 'PROCESSING') await deps.starter.order(sessionId);
    return { outcome: 'order', sessionId, number, changed: false, call: null };
  });
}

/** Stripe's code, and the bank's own where it gave one. */
const codeOf = ({ code, decline_code, type }: Stripe.PaymentIntent.LastPaymentError): string =>
  [code ?? type, decline_code].filter(Boolean).join(', ');
