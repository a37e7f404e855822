import type Stripe from 'stripe';
import { expectObject } from '../../platform/stripe';
import { note } from '../../store/orders/records';
import { found, ownerOf } from '../checkout/payment-owner';
import type { Deps } from '../deps';
import { type FollowedNotice, writeNobodys, writeNotice } from './records';

/**
 * A payment that did not go through. A declined card inside an open session ends nothing, for the shopper may try another: it is told on the
 * timeline. Of a delayed payment it may be the end: the order looks for itself.
 */
export async function lookAtFailedPayment(deps: Deps, id: string): Promise<FollowedNotice> {
  const intent = await found(deps.stripe.paymentIntents.retrieve(id));
  if (intent === null) return { outcome: 'unknown' };
  expectObject(intent, 'payment_intent');
  const error = intent.last_payment_error;
  const seen = {
    id,
    kind: 'payment-failed' as const,
    paymentIntent: id,
    open: false,
    reason: error ? codeOf(error) : null,
    created: intent.created,
  };
  const owner = await ownerOf(deps, { payment_intent: id });
  if (owner.whose === 'coming') return { outcome: 'coming' };
  if (owner.whose === 'nobody') {
    await writeNobodys(deps, seen);
    return { outcome: 'unknown' };
  }
  const { sessionId } = owner;
  const order = await writeNotice(deps, sessionId, seen, async (tx, known, _before, at) => {
    if (error)
      await note(tx, sessionId, at, {
        type: 'declined',
        message: `A payment was declined: ${codeOf(error)}`,
        actor: 'stripe',
        key: `declined/${error.charge ?? `${id}/${codeOf(error)}`}`,
      });
    return known;
  });
  if (order.paymentStatus === 'PROCESSING') await deps.door.order(sessionId);
  return { outcome: 'order', sessionId, number: order.number, changed: false, call: null };
}

/** Stripe's words for why: the bank's own, where it gave one, says more. */
const codeOf = ({ code, decline_code, type }: Stripe.PaymentIntent.LastPaymentError): string =>
  [code ?? type, decline_code].filter(Boolean).join(', ');
