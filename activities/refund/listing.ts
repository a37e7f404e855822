import type Stripe from 'stripe';
import { refundId, type SessionId } from '../../domain/ids';
import { refundedOf } from '../../domain/refund';
import { expectObject } from '../../platform/stripe';
import { takeReceived } from '../../store/orders/accept';
import { type RecordedRefund, recordRefund } from '../../store/refunds/record';
import type { WrittenRefund } from '../../store/refunds/staff-requests';
import type { Deps } from '../deps';
import { isRefusal, REFUND_KEY, type RefundAnswer, type RefusedByStripe, refundAsking, seenOf } from './stripe-refunds';

/** A refund in Stripe's list, and what was recorded of it. */
export interface ListedRefund {
  refund: Stripe.Refund;
  recorded: RecordedRefund;
}

/** Stripe's refunds of a payment, each recorded; or why Stripe does not list them. */
export type Listing = ListedRefund[] | RefusedByStripe;

/** What Stripe's list of a payment's refunds tells, recorded with the order. */
export const refundListing = (deps: Deps) => {
  const { db } = deps;
  const atStripe = refundAsking(deps);
  const now = () => new Date(deps.clock.now());

  return { record, recordAll, findOurs, isEverything };

  /** The refund that an earlier attempt may have made; the refusal if Stripe does not list refunds for good. */
  async function findOurs(written: WrittenRefund): Promise<RefundAnswer | null> {
    const all = await atStripe.list(written.paymentIntentId);
    return isRefusal(all) ? all : (all.find((refund) => isOurs(refund, written)) ?? null);
  }

  /** Records a refund and starts the workflow that follows it. Stripe's event does the same; either may be first. */
  async function record(sessionId: SessionId, refund: Stripe.Refund): Promise<RecordedRefund> {
    const recorded = await recordRefund(db, { sessionId, seen: seenOf(refund), at: now() });
    await deps.starter.refund(refundId(refund.id));
    return recorded;
  }

  /**
   * Records every refund in Stripe's list for a payment. If Stripe refunds no more, the list says what was refunded.
   */
  async function recordAll(sessionId: SessionId, paymentIntentId: string): Promise<Listing> {
    const listed = await atStripe.list(paymentIntentId);
    if (isRefusal(listed)) return listed;
    const all: ListedRefund[] = [];
    for (const refund of listed) all.push({ refund, recorded: await record(sessionId, refund) });
    return all;
  }

  /**
   * Whether all of the order's money is given back. If Stripe has received less than the order's total, and has
   * refunded all of that, it is: the total becomes what was received.
   */
  async function isEverything(sessionId: SessionId, paymentIntentId: string, all: ListedRefund[]): Promise<boolean> {
    if (addsUp(all)) return true;
    const { amount_received: received } = expectObject(
      await deps.stripe.paymentIntents.retrieve(paymentIntentId),
      'payment_intent',
    );
    const refunded = refundedOf(all.map(({ refund }) => ({ status: refund.status ?? '', amount: refund.amount })));
    if (received === 0 || refunded < received) return false;
    await takeReceived(db, { sessionId, received, at: now() });
    const again = await recordAll(sessionId, paymentIntentId);
    return isRefusal(again) || addsUp(again);
  }
};

/** Whether a refund at Stripe is the one of this row. */
export const isOurs = (made: Stripe.Refund, { refund }: WrittenRefund): boolean =>
  made.id === refund.stripeId || made.metadata?.[REFUND_KEY] === refund.key;

/** Whether one of them was found to complete what can be given back. */
export const addsUp = (all: ListedRefund[]): boolean => all.some(({ recorded }) => recorded.everything);
