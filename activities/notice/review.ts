import type Stripe from 'stripe';
import { disputeId, refundId } from '../../domain/ids';
import { DECISIONS } from '../../domain/order';
import { expectObject } from '../../platform/stripe';
import { missReview } from '../../store/notices/forgotten';
import { recordReview } from '../../store/notices/review';
import { found, idOf } from '../checkout/payment-owner';
import type { Deps } from '../deps';
import { type FollowedNotice, seenNotice, withOrder } from './followed';

/** Ends of a review that Stripe reports as objects of their own, which are then followed. */
const FOLLOWED = ['refunded', 'refunded_as_fraud', 'disputed'];

/**
 * Radar's review of a payment. While it is open nothing of the order ships; an approval releases it, and any other
 * end is for staff to decide about, unless what ended the review is followed.
 */
export async function lookAtReview(deps: Deps, id: string): Promise<FollowedNotice> {
  const review = await found(deps.stripe.reviews.retrieve(id));
  if (review === null) return missed(deps, id);
  expectObject(review, 'review');
  const seen = seenOf(review);
  const end = review.open ? null : (review.closed_reason ?? review.reason);
  return withOrder(deps, review, seen, async (sessionId, at) => {
    const followed = end !== null && FOLLOWED.includes(end) && (await followWhatEndedIt(deps, seen.paymentIntent));
    const { number, decide } = await recordReview(deps.db, { sessionId, seen, end, followed, at });
    const call = decide ? DECISIONS.reviewClosed : null;
    return { outcome: 'order', sessionId, number, changed: true, call };
  });
}

/** Stripe does not know it. An order that it holds back needs attention. */
async function missed({ db, clock }: Deps, id: string): Promise<FollowedNotice> {
  const order = await missReview(db, { id, at: new Date(clock.now()) });
  if (order === null) return { outcome: 'unknown' };
  const { sessionId, number, decide } = order;
  return {
    outcome: 'order',
    sessionId,
    number,
    changed: true,
    call: decide ? DECISIONS.reviewUnknown : null,
  };
}

const seenOf = ({ id, open, opened_reason, closed_reason, reason, created, payment_intent }: Stripe.Review) =>
  seenNotice('review', {
    ...{ id, open, created },
    paymentIntent: idOf(payment_intent),
    reason: open ? opened_reason : (closed_reason ?? reason),
  });

/** What ended the review is followed, even if its own event never came. False when nothing of the kind is found. */
async function followWhatEndedIt({ stripe, starter }: Deps, paymentIntent: string | null): Promise<boolean> {
  if (paymentIntent === null) return false;
  const of = { payment_intent: paymentIntent, limit: 100 };
  const [refunds, disputes] = [await stripe.refunds.list(of), await stripe.disputes.list(of)];
  for (const { id } of refunds.data) await starter.refund(refundId(id));
  for (const { id } of disputes.data) await starter.dispute(disputeId(id));
  return refunds.data.length + disputes.data.length > 0;
}
