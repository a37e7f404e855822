import { withoutCalls } from '../../domain/calls';
import { codeInBrackets, codeInWords } from '../../domain/codes-in-words';
import type { SessionId } from '../../domain/ids';
import { DECISIONS, isFinal } from '../../domain/order';
import type { Db } from '../database';
import { callForDecision, callsChange, callsOf } from '../orders/decisions';
import { changeOrder, note } from '../orders/records';
import { type ConcernedOrder, recordNotice, type SeenNotice } from './record';

/** Ends of a review after which the order goes on. */
const APPROVED = ['approved', 'acknowledged'];

/**
 * Records a Radar review (a trigger keeps the order's flag true to it). An end that is no approval is for staff to
 * decide about, unless what ended the review is followed on its own.
 */
export async function recordReview(
  db: Db,
  {
    end,
    followed,
    ...review
  }: { sessionId: SessionId; seen: SeenNotice; end: string | null; followed: boolean; at: Date },
): Promise<ConcernedOrder> {
  const { sessionId, seen, at } = review;
  return recordNotice(db, review, async (tx, order, wasOpen) => {
    const calls = withoutCalls(callsOf(order), DECISIONS.reviewUnknown, seen.id); // Stripe knows it, after all
    if (calls.length < callsOf(order).length) {
      const change = await callsChange(tx, order, calls, at);
      await changeOrder(tx, order, at, change);
      Object.assign(order, change);
    }
    const decide = end !== null && !APPROVED.includes(end) && !followed && !isFinal(order.status);
    if (wasOpen === null || wasOpen !== seen.open) {
      const message =
        end === null
          ? `Stripe Radar is reviewing the payment${codeInBrackets(seen.reason)}`
          : `Stripe Radar’s review ended: ${codeInWords(end)}`;
      await note(tx, sessionId, at, {
        ...{ type: 'review', message, actor: 'stripe' },
        key: `review/${seen.id}/${end ?? 'opened'}`,
      });
      if (decide)
        await callForDecision(tx, order, at, {
          step: DECISIONS.reviewClosed,
          subject: seen.id,
          reason: reasonOf(end),
        });
    }
    return { number: order.number, decide };
  });
}

const reasonOf = (end: string): string =>
  `Stripe Radar’s review ended with “${end}”, not an approval: look at the payment in the Stripe Dashboard, then cancel refunds it, or retry goes on`;
