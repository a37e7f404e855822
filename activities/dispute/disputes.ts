import type { Standing } from '../../domain/dispute';
import { isKnownStatus, waitsForAnswer } from '../../domain/dispute';
import type { DisputeId, SessionId } from '../../domain/ids';
import { expectObject } from '../../platform/stripe';
import { isCancellable } from '../../store/orders/decisions';
import { found, ownerOf } from '../checkout/payment-owner';
import type { Deps } from '../deps';
import { type RecordedDispute, recordDispute } from './records';

/** Following what a buyer's bank makes of a payment. */
export const disputes = (deps: Deps) => ({
  /** One look at a dispute: reads it at Stripe, records it with its order, and says where it stands. */
  async followDispute({ disputeId }: { disputeId: DisputeId }): Promise<FollowedDispute> {
    const seen = await found(deps.stripe.disputes.retrieve(disputeId));
    if (seen === null) return { outcome: 'unknown' };
    expectObject(seen, 'dispute');
    const owner = await ownerOf(deps, seen);
    if (owner.whose === 'nobody') return { outcome: 'unknown' };
    if (owner.whose === 'coming') return { outcome: 'coming' };
    return { outcome: 'known', ...factsOf(await recordDispute(deps, owner.sessionId, seen)) };
  },
});

export type FollowedDispute =
  /** Of a payment that is nobody's of ours. */
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
  /** Whether Holdfast knows what Stripe's word for it means. */
  understood: boolean;
  /** How often it was opened. */
  openings: number;
  /** Milliseconds since the epoch; null where no day is named. */
  dueBy: number | null;
  /** Whether the bank waits for evidence that nobody has submitted. */
  needsAnswer: boolean;
  submitted: boolean;
  /** Whether the order has not gone so far that it cannot be cancelled. */
  cancellable: boolean;
}

function factsOf({ order, dispute, standing }: RecordedDispute): DisputeFacts {
  const { status, reason, currency, openings } = dispute;
  const submitted = dispute.submittedAt !== null;
  return {
    ...{ sessionId: order.sessionId as SessionId, number: order.number, status, reason, currency, standing, openings },
    amount: Number(dispute.amount),
    understood: isKnownStatus(status),
    dueBy: dispute.dueBy?.getTime() ?? null,
    needsAnswer: waitsForAnswer(status) && !submitted,
    submitted,
    cancellable: isCancellable(order),
  };
}
