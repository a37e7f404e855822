import Stripe from 'stripe';
import type { SessionId } from '../../domain/ids';
import { refundId as toRefundId } from '../../domain/ids';
import { isCounted, type ResolvedRefund } from '../../domain/refund';
import { expectObject } from '../../platform/stripe';
import { readPayment } from '../../store/orders/payment-of';
import { readActor } from '../../store/orders/request-actors';
import { resolveRefund, settleByRefund } from '../../store/refunds/resolve';
import { idOf } from '../checkout/payment-owner';
import type { Deps } from '../deps';
import { seenOf } from './stripe-refunds';

/** The database step by which staff resolve a refund that failed or was refused. */
export const refundResolving = ({ db, clock }: Deps) => ({
  /**
   * Withdraws a refund, or counts it as settled elsewhere. `request` is its key; absent: the one that needs attention.
   * The database has the name of who resolves it under `by`.
   */
  async resolveRefund({
    by,
    ...asked
  }: {
    sessionId: SessionId;
    how: 'withdraw' | 'settled_elsewhere';
    request?: string;
    by?: string;
  }): Promise<ResolvedRefund> {
    const actor = await readActor(db, { sessionId: asked.sessionId, by });
    return resolveRefund(db, { ...asked, actor, by, at: new Date(clock.now()) });
  },
});

/** The step that asks Stripe first. */
export const refundSettling = ({ db, stripe, starter, clock }: Deps) => ({
  /** Settles a refund by another one, which is looked up at Stripe before it is believed. */
  async settleByRefund({
    sessionId,
    request,
    refundId,
    by,
  }: {
    sessionId: SessionId;
    request?: string;
    refundId: string;
    by?: string;
  }): Promise<ResolvedRefund> {
    const refund = await shown(stripe.refunds.retrieve(refundId));
    if (refund === null) return refused('Stripe does not know this refund, or refuses to show it');
    const { id, status, payment_intent } = expectObject(refund, 'refund');
    const { paymentIntentId } = await readPayment(db, sessionId);
    if (paymentIntentId === null || idOf(payment_intent) !== paymentIntentId)
      return refused('This refund is of another payment');
    if (!isCounted(status ?? 'pending')) return refused(`This refund is ${status} at Stripe: no money went back`);
    const resolved = await settleByRefund(db, {
      ...{ sessionId, seen: seenOf(refund), at: new Date(clock.now()) },
      actor: await readActor(db, { sessionId, by }),
      by,
      ...(request !== undefined && { request }),
    });
    if (resolved.outcome === 'resolved') await starter.refund(toRefundId(id));
    return resolved;
  },
});

const refused = (reason: string): ResolvedRefund => ({ outcome: 'refused', reason });

/** A refund as Stripe shows it; null if Stripe refuses that for good, which asking again does not change. */
async function shown(asked: Promise<Stripe.Refund>): Promise<Stripe.Refund | null> {
  try {
    return await asked;
  } catch (error) {
    if (error instanceof Stripe.errors.StripeInvalidRequestError) return null;
    throw error;
  }
}
