import type Stripe from 'stripe';
import { isKnownStatus, type Standing, waitsForAnswer } from '../../domain/dispute';
import type { DisputeId, SessionId } from '../../domain/ids';
import { expectObject } from '../../platform/stripe';
import { type RecordedDispute, recordDispute, type SeenDispute } from '../../store/disputes/record';
import { isCancellable } from '../../store/orders/decisions';
import { found, idOf, ownerOf } from '../checkout/payment-owner';
import type { Deps } from '../deps';

/** Activities that follow a dispute at the customer's bank. */
export const disputes = (deps: Deps) => ({
  /** Reads a dispute at Stripe, records it with its order, and returns its state. */
  async followDispute({ disputeId }: { disputeId: DisputeId }): Promise<FollowedDispute> {
    const dispute = await found(deps.stripe.disputes.retrieve(disputeId));
    if (dispute === null) return { outcome: 'unknown' };
    expectObject(dispute, 'dispute');
    const owner = await ownerOf(deps, dispute);
    if (owner.whose === 'nobody') return { outcome: 'unknown' };
    if (owner.whose === 'coming') return { outcome: 'coming' };
    const { sessionId } = owner;
    const at = new Date(deps.clock.now());
    return { outcome: 'known', ...factsOf(await recordDispute(deps.db, { sessionId, seen: seenOf(dispute), at })) };
  },
});

export type FollowedDispute =
  /** Its payment is not of our orders. */
  | { outcome: 'unknown' }
  /** Its order is being written: look again soon. */
  | { outcome: 'coming' }
  | ({ outcome: 'known' } & DisputeFacts);

/** A dispute as its workflow needs to know it: ids, codes, amounts and times. */
export interface DisputeFacts {
  sessionId: SessionId;
  number: string;
  status: string;
  reason: string;
  amount: number;
  currency: string;
  standing: Standing;
  /** Whether Holdfast knows what Stripe's status means. */
  understood: boolean;
  /** How often it was opened. */
  openings: number;
  /** Milliseconds since the epoch; null where Stripe names no deadline. */
  dueBy: number | null;
  /** Whether the bank waits for evidence that was not submitted yet. */
  needsAnswer: boolean;
  submitted: boolean;
  /** Whether the order can still be cancelled. */
  cancellable: boolean;
}

function factsOf({ order, dispute, standing }: RecordedDispute): DisputeFacts {
  const { sessionId, status, reason, amount, currency, openings, dueBy, submittedAt } = dispute;
  const submitted = submittedAt !== null;
  return {
    ...{ sessionId, number: order.number, status, reason, amount, currency, standing, openings, submitted },
    understood: isKnownStatus(status),
    dueBy: dueBy?.getTime() ?? null,
    needsAnswer: waitsForAnswer(status) && !submitted,
    cancellable: isCancellable(order),
  };
}

function seenOf(dispute: Stripe.Dispute): SeenDispute {
  const { id, status, reason, amount, currency, evidence_details, balance_transactions, created } = dispute;
  const taken = -balance_transactions.reduce((sum, movement) => sum + movement.amount, 0);
  return {
    ...{ id, status, reason, amount, currency },
    chargeId: idOf(dispute.charge),
    paymentIntentId: idOf(dispute.payment_intent),
    // 0 says that the bank accepts no answer, so there is no deadline either.
    dueBy: evidence_details.due_by ? new Date(evidence_details.due_by * 1000) : null,
    submissions: evidence_details.submission_count,
    withdrawn: taken || 0, // never −0
    withdrawnCurrency: balance_transactions[0]?.currency ?? null,
    createdAt: new Date(created * 1000),
  };
}
