import type Stripe from 'stripe';
import type { RefundId, SessionId } from '../../domain/ids';
import { mailKey } from '../../domain/mail';
import { canGoOn, type OrderStatus } from '../../domain/order';
import { waitsForCustomer } from '../../domain/refund';
import { addToLogContext } from '../../platform/log-context';
import { expectObject } from '../../platform/stripe';
import { wasWrittenBefore } from '../../store/mails/told-before';
import { readPayment } from '../../store/orders/payment-of';
import { recordRefund, sessionOfRefund } from '../../store/refunds/record';
import { missRefund } from '../../store/refunds/refusals';
import { found, ownerOf } from '../checkout/payment-owner';
import type { Deps } from '../deps';
import { seenOf } from './stripe-refunds';

export type FollowedRefund =
  /** The refund belongs to no order of ours. */
  | { outcome: 'unknown' }
  /** Stripe does not know a refund that is recorded here. Its order needs attention. */
  | { outcome: 'forgotten'; sessionId: SessionId }
  /** Its order does not know about the payment yet, and was woken. */
  | { outcome: 'early' }
  | {
      outcome: 'known';
      sessionId: SessionId;
      number: string;
      status: string;
      orderStatus: OrderStatus;
      /** Stripe's code for why it failed, if it did and Stripe says. */
      failureReason?: string;
      /** Where the Temporal UI is, if that is configured. */
      temporalUi?: string;
      /** The customer was told that there is nothing to do, and now Stripe waits for them. */
      asksCustomer?: true;
    };

/** Activities that follow a refund at Stripe. */
export const refundFollowing = (deps: Deps) => {
  const { db, stripe, temporalUi } = deps;

  return {
    /** Reads a refund at Stripe, records it, updates the order's refunded amount, and returns the refund's state. */
    async followRefund({ refundId }: { refundId: RefundId }): Promise<FollowedRefund> {
      const refund = await found(stripe.refunds.retrieve(refundId));
      if (refund === null) {
        const owner = await missRefund(db, { stripeId: refundId, at: new Date(deps.clock.now()) });
        return owner === null ? { outcome: 'unknown' } : { outcome: 'forgotten', sessionId: owner };
      }
      const sessionId = await orderOf(expectObject(refund, 'refund'));
      if (typeof sessionId === 'object') return sessionId;
      const at = new Date(deps.clock.now());
      const { number, status, orderStatus, since, failureReason } = await recordRefund(db, {
        sessionId,
        seen: seenOf(refund),
        at,
      });
      addToLogContext({ session: sessionId, number });
      const key = mailKey(sessionId, { template: 'order_refunded', ref: refundId });
      const asksCustomer = waitsForCustomer(status) && (await wasWrittenBefore(db, { sessionId, key, before: since }));
      return {
        ...{ outcome: 'known', sessionId, number, status, orderStatus },
        ...(asksCustomer && { asksCustomer }),
        ...(failureReason !== null && { failureReason }),
        ...(temporalUi && { temporalUi: temporalUi.url }),
      };
    },

    /**
     * Starts the order's workflow again if it has something to do: what ended the order (a refund, a lost dispute) is
     * undone. An order that was never sold gives the money back.
     */
    async reviveOrder({ sessionId }: { sessionId: SessionId }): Promise<void> {
      const { status } = await readPayment(db, sessionId);
      if (canGoOn(status)) await deps.starter.order(sessionId, { again: true });
    },
  };

  /** The order of a refund: the one that has its payment, or that of the session which Stripe names for the payment. */
  async function orderOf(refund: Stripe.Refund): Promise<SessionId | { outcome: 'unknown' | 'early' }> {
    const known = await sessionOfRefund(db, refund.id);
    if (known !== null) return known;
    const owner = await ownerOf(deps, refund);
    if (owner.whose === 'nobody') return { outcome: 'unknown' };
    if (owner.whose === 'coming') return { outcome: 'early' };
    const { sessionId } = owner;
    if ((await readPayment(db, sessionId)).paymentIntentId !== null) return sessionId;
    // Stripe has refunded a payment that this order does not know about: the database and Stripe differ.
    await deps.starter.order(sessionId, { again: true });
    return { outcome: 'early' };
  }
};
