import type Stripe from 'stripe';
import type { DisputeId, SessionId } from '../../domain/ids';
import { expectObject } from '../../platform/stripe';
import { missDispute } from '../../store/disputes/forgotten';
import { recordDispute, type SeenDispute } from '../../store/disputes/record';
import { found, idOf, ownerOf } from '../checkout/payment-owner';
import type { Deps } from '../deps';
import { gatherEarlierOrders, takesEarlierOrders } from './earlier-orders';
import { type DisputeFacts, factsOf } from './recorded';

/** Activities that follow a dispute at the customer's bank. */
export const disputes = (deps: Deps) => ({
  /** Reads a dispute at Stripe, records it with its order, and returns its state. */
  async followDispute({ disputeId }: { disputeId: DisputeId }): Promise<FollowedDispute> {
    const dispute = await found(deps.stripe.disputes.retrieve(disputeId));
    if (dispute === null) {
      const sessionId = await missDispute(deps.db, { id: disputeId, at: new Date(deps.clock.now()) });
      return sessionId === null ? { outcome: 'unknown' } : { outcome: 'forgotten', sessionId };
    }
    expectObject(dispute, 'dispute');
    const owner = await ownerOf(deps, dispute);
    if (owner.whose === 'nobody') return { outcome: 'unknown' };
    if (owner.whose === 'coming') return { outcome: 'coming' };
    const { sessionId } = owner;
    const at = new Date(deps.clock.now());
    const recorded = await recordDispute(deps.db, { sessionId, seen: seenOf(dispute, at), at });
    const facts = factsOf(recorded, deps.temporalUi);
    if (!facts.needsAnswer || !takesEarlierOrders(dispute)) return { outcome: 'known', ...facts };
    const earlier = await gatherEarlierOrders(deps, { dispute, sessionId, before: facts.earlier });
    return { outcome: 'known', ...facts, earlier };
  },
});

export type FollowedDispute =
  /** Stripe does not know it, although it is open here. Its order needs attention. */
  | { outcome: 'forgotten'; sessionId: SessionId }
  /** Its payment is not of our orders, or it is closed here and gone at Stripe. */
  | { outcome: 'unknown' }
  /** Its order is being written: look again soon. */
  | { outcome: 'coming' }
  | ({ outcome: 'known' } & DisputeFacts);

function seenOf(dispute: Stripe.Dispute, at: Date): SeenDispute {
  const { id, status, reason, amount, currency, evidence_details, balance_transactions, created } = dispute;
  const taken = -balance_transactions.reduce((sum, movement) => sum + movement.amount, 0);
  const { due_by, submission_count } = evidence_details;
  return {
    ...{ id, status, reason, amount, currency },
    chargeId: idOf(dispute.charge),
    paymentIntentId: idOf(dispute.payment_intent),
    dueBy: due_by ? new Date(due_by * 1000) : null,
    // 0 says that the bank accepts no answer, null that Stripe names no deadline.
    answerable: typeof due_by !== 'number' || due_by * 1000 > at.getTime(),
    submissions: submission_count,
    withdrawn: taken || 0, // never −0
    withdrawnCurrency: balance_transactions[0]?.currency ?? null,
    visaEvidence: evidence_details.enhanced_eligibility?.visa_compelling_evidence_3?.status ?? null,
    createdAt: new Date(created * 1000),
  };
}
