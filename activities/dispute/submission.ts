import Stripe from 'stripe';
import { STAFF } from '../../domain/actor';
import { VISA_CE3 } from '../../domain/earlier-orders';
import type { DisputeId } from '../../domain/ids';
import { expectObject } from '../../platform/stripe';
import { findDispute } from '../../store/disputes/rows';
import {
  type FrozenEvidence,
  freezeEvidence,
  giveUpSubmission,
  leaveOutEarlierOrders,
  settleSubmission,
} from '../../store/disputes/submission';
import { readActor } from '../../store/orders/request-actors';
import type { Deps } from '../deps';

export type Submitted =
  | { outcome: 'submitted'; status: string }
  /** It is not possible now, or Stripe does not accept it: nothing was submitted. */
  | { outcome: 'refused'; reason: string };

/** Activities that submit evidence to the bank. */
export const evidenceSubmission = ({ db, stripe, clock, log }: Deps) => {
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

  /** What Stripe does not accept about earlier orders must not cost the answer: the rest goes without it. */
  async function submit(frozen: FrozenEvidence): Promise<Stripe.Dispute> {
    try {
      return await ask(frozen);
    } catch (error) {
      if (frozen.visaEvidence === null || !isAboutEarlierOrders(error)) throw error;
      log.warn({ err: error, dispute: frozen.id }, 'Stripe does not accept the earlier orders of a dispute');
      await leaveOutEarlierOrders(db, frozen);
      return ask({ ...frozen, visaEvidence: null });
    }
  }

  async function ask(frozen: FrozenEvidence, again = ''): Promise<Stripe.Dispute> {
    const { id, evidence, visaEvidence, submission } = frozen;
    const enhanced = visaEvidence && { enhanced_evidence: { [VISA_CE3]: visaEvidence } };
    // Other parameters need another key.
    const key = `dispute/${id}/${submission}${visaEvidence ? '/earlier-orders' : ''}${again}`;
    try {
      return expectObject(
        await stripe.disputes.update(
          id,
          { evidence: { ...evidence, ...enhanced }, submit: true },
          { idempotencyKey: key },
        ),
        'dispute',
      );
    } catch (error) {
      // This is the saved failure of an earlier attempt, and Stripe has just shown that it submitted nothing. Only
      // now is a new key safe.
      const replayed = error instanceof Stripe.errors.StripeError && error.headers?.['idempotent-replayed'] === 'true';
      if (again === '' && replayed && error.statusCode === 500) return ask(frozen, `/${clock.now()}`);
      throw error;
    }
  }
};

const isAboutEarlierOrders = (error: unknown): boolean =>
  error instanceof Stripe.errors.StripeInvalidRequestError &&
  (error.param?.startsWith('evidence[enhanced_evidence]') ?? false);
