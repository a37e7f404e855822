import Stripe from 'stripe';
import { STAFF } from '../../domain/actor';
import type { DisputeId } from '../../domain/ids';
import { expectObject } from '../../platform/stripe';
import { findDispute } from '../../store/disputes/rows';
import {
  type FrozenEvidence,
  freezeEvidence,
  giveUpSubmission,
  settleSubmission,
} from '../../store/disputes/submission';
import { readActor } from '../../store/orders/request-actors';
import type { Deps } from '../deps';

export type Submitted =
  | { outcome: 'submitted'; status: string }
  /** It is not possible now, or Stripe does not accept it: nothing was submitted. */
  | { outcome: 'refused'; reason: string };

/** Activities that submit evidence to the bank. */
export const evidenceSubmission = ({ db, stripe, clock }: Deps) => {
  return {
    /**
     * Submits the evidence from the database, once. The request is recorded first, which freezes the evidence. If an
     * earlier request is in doubt, Stripe is read before it is repeated, under its own key.
     * @param submission the id of the request, part of the key
     * @param by the key of staff's request, under which the database has their name
     */
    async submitEvidence({
      disputeId,
      submission,
      by,
    }: {
      disputeId: DisputeId;
      submission: string;
      by?: string;
    }): Promise<Submitted> {
      const { status, evidence_details } = expectObject(await stripe.disputes.retrieve(disputeId), 'dispute');
      const { submission_count: submissions, due_by } = evidence_details;
      const seen = { status, submissions, dueBy: due_by === null ? null : due_by * 1000 };
      const actor = await actorOf(disputeId, by);
      const frozen = await freezeEvidence(db, { id: disputeId, submission, seen, actor, at: new Date(clock.now()) });
      if (frozen.outcome === 'submitted') return { outcome: 'submitted', status };
      if (frozen.outcome === 'refused') return frozen;
      try {
        const taken = await submit(frozen);
        await settleSubmission(db, { id: disputeId, actor, at: new Date(clock.now()) });
        return { outcome: 'submitted', status: taken.status };
      } catch (error) {
        if (!(error instanceof Stripe.errors.StripeInvalidRequestError)) throw error;
        await giveUpSubmission(db, frozen);
        return {
          outcome: 'refused',
          reason: `Stripe does not accept it: ${error.code ?? 'the request is not valid'}`,
        };
      }
    },
  };

  async function actorOf(id: DisputeId, by: string | undefined): Promise<string> {
    const dispute = await findDispute(db, id);
    return dispute === null ? STAFF : readActor(db, { sessionId: dispute.sessionId, by });
  }

  async function submit({ id, evidence, submission }: FrozenEvidence, again = ''): Promise<Stripe.Dispute> {
    try {
      return expectObject(
        await stripe.disputes.update(
          id,
          { evidence, submit: true },
          { idempotencyKey: `dispute/${id}/${submission}${again}` },
        ),
        'dispute',
      );
    } catch (error) {
      // This is the saved failure of an earlier attempt, and Stripe has just shown that it submitted nothing. Only
      // now is a new key safe.
      const replayed = error instanceof Stripe.errors.StripeError && error.headers?.['idempotent-replayed'] === 'true';
      if (again === '' && replayed && error.statusCode === 500)
        return submit({ id, evidence, submission }, `/${clock.now()}`);
      throw error;
    }
  }
};
