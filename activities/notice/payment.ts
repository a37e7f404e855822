import { expectObject } from '../../platform/stripe';
import { findStatus } from '../../store/orders/status';
import { found, ownerOf } from '../checkout/payment-owner';
import type { Deps } from '../deps';
import type { FollowedNotice } from './followed';

/**
 * A payment that somebody captured or cancelled by hand, for which Stripe sends no event of the session. An order that
 * waits for it looks for itself.
 */
export async function lookAtPayment(deps: Deps, id: string): Promise<FollowedNotice> {
  const intent = await found(deps.stripe.paymentIntents.retrieve(id));
  if (intent === null) return { outcome: 'unknown' };
  const owner = await ownerOf(deps, { payment_intent: expectObject(intent, 'payment_intent').id });
  if (owner.whose !== 'order') return { outcome: owner.whose === 'coming' ? 'coming' : 'unknown' };
  const { sessionId } = owner;
  const order = await findStatus(deps.db, sessionId);
  if (order === null) return { outcome: 'unknown' };
  if (order.paymentStatus === 'PROCESSING' || order.paymentStatus === 'UNPAID') await deps.starter.order(sessionId);
  return { outcome: 'order', sessionId, number: order.number, changed: false, call: null };
}
