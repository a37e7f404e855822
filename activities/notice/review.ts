import type Stripe from 'stripe';
import { disputeId, refundId } from '../../domain/ids';
import { DECISIONS, isFinal } from '../../domain/order';
import { expectObject } from '../../platform/stripe';
import { callForDecision } from '../../store/orders/decisions';
import { note } from '../../store/orders/records';
import { found, idOf, ownerOf } from '../checkout/payment-owner';
import type { Deps } from '../deps';
import { type FollowedNotice, type SeenNotice, writeNobodys, writeNotice } from './records';

/** Ends of a review after which the order goes on. */
const LET_GO = ['approved', 'acknowledged'];
/** Ends that something else tells of, which is then followed on its own. */
const FOLLOWED = ['refunded', 'refunded_as_fraud', 'disputed'];

/**
 * Radar's review of a payment. While it is open nothing of the order ships (the database keeps the flag true to it); an approval lets go, and any
 * other end is staff's to decide about, where nothing else follows it.
 */
export async function lookAtReview(deps: Deps, id: string): Promise<FollowedNotice> {
  const review = await found(deps.stripe.reviews.retrieve(id));
  if (review === null) return { outcome: 'unknown' };
  expectObject(review, 'review');
  const seen = seenOf(review);
  const owner = await ownerOf(deps, review);
  if (owner.whose === 'coming') return { outcome: 'coming' };
  if (owner.whose === 'nobody') {
    await writeNobodys(deps, seen);
    return { outcome: 'unknown' };
  }
  const { sessionId } = owner;
  const end = review.open ? null : (review.closed_reason ?? review.reason);
  const followed = end !== null && FOLLOWED.includes(end) && (await followWhatEndedIt(deps, seen.paymentIntent));
  return writeNotice(deps, sessionId, seen, async (tx, order, before, at) => {
    const isNews = before === null || before.open !== seen.open;
    const decide = end !== null && !LET_GO.includes(end) && !followed && !isFinal(order.status);
    if (isNews) {
      const message =
        end === null ? `Stripe Radar reviews the payment (${seen.reason})` : `Stripe Radar’s review ended: ${end}`;
      await note(tx, sessionId, at, {
        ...{ type: 'review', message, actor: 'stripe' },
        key: `review/${id}/${end ?? 'opened'}`,
      });
      if (decide) await callForDecision(tx, order, at, { step: DECISIONS.reviewClosed, reason: reasonOf(end) });
    }
    return {
      outcome: 'order',
      sessionId,
      number: order.number,
      changed: true,
      call: decide ? `${DECISIONS.reviewClosed}-${id}` : null,
    };
  });
}

const seenOf = (review: Stripe.Review): SeenNotice => ({
  id: review.id,
  kind: 'review',
  paymentIntent: idOf(review.payment_intent),
  open: review.open,
  reason: review.open ? review.opened_reason : (review.closed_reason ?? review.reason),
  created: review.created,
});

/** What ended the review is followed, also when its own event never came. False when nothing of the kind is found. */
async function followWhatEndedIt({ stripe, door }: Deps, paymentIntent: string | null): Promise<boolean> {
  if (paymentIntent === null) return false;
  const of = { payment_intent: paymentIntent, limit: 100 };
  const [refunds, disputes] = [await stripe.refunds.list(of), await stripe.disputes.list(of)];
  for (const { id } of refunds.data) await door.refund(refundId(id));
  for (const { id } of disputes.data) await door.dispute(disputeId(id));
  return refunds.data.length + disputes.data.length > 0;
}

const reasonOf = (end: string): string =>
  `Stripe Radar’s review ended “${end}”, not approved: look at the payment in the Dashboard, then cancel gives the money back, or retry goes on`;
