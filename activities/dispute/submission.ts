import Stripe from 'stripe';
import { refusalToSubmit } from '../../domain/dispute';
import type { Evidence } from '../../domain/evidence';
import type { DisputeId } from '../../domain/ids';
import { expectObject } from '../../platform/stripe';
import type { Dispute } from '../../prisma/generated/client';
import type { Tx } from '../../store/database';
import { note } from '../../store/orders/records';
import type { Deps } from '../deps';

export type Submitted =
  | { outcome: 'submitted'; status: string }
  /** It makes no sense, or Stripe does not take it: nothing was submitted, or nothing more. */
  | { outcome: 'refused'; reason: string };

/** Giving the evidence to the bank. */
export const evidenceSubmission = ({ db, stripe, clock }: Deps) => {
  return {
    /**
     * Submits the pack as it stands in the database, once. That it is asked for is written down first, and from then on the texts stand; an
     * asking in doubt is looked for at Stripe before it is repeated, under its own key.
     * @param submission of the request, part of the key
     */
    async submitEvidence({ disputeId, submission }: { disputeId: DisputeId; submission: string }): Promise<Submitted> {
      const seen = expectObject(await stripe.disputes.retrieve(disputeId), 'dispute');
      const asked = await writeDown(seen, submission);
      if ('outcome' in asked) return asked;
      try {
        return await settle(asked, await submit(asked));
      } catch (error) {
        if (!(error instanceof Stripe.errors.StripeInvalidRequestError)) throw error;
        await giveUp(asked);
        return { outcome: 'refused', reason: `Stripe does not take it: ${error.code ?? 'the request is not valid'}` };
      }
    },
  };

  /** The dispute with its evidence frozen, or why nothing is to be asked of Stripe. */
  async function writeDown(seen: Stripe.Dispute, submission: string): Promise<Dispute | Submitted> {
    const at = new Date(clock.now());
    return db.$transaction(async (tx) => {
      const row = await lockDispute(tx, seen.id);
      const { submission_count, due_by } = seen.evidence_details;
      const submitted = submission_count > row.submissionsBefore;
      // Ours, whose answer was lost: the same request again hears that it is done.
      if (submitted && row.submission === submission) return settleIn(tx, row, seen.status, at);
      const dueBy = due_by === null ? null : due_by * 1000;
      const reason = refusalToSubmit({ status: seen.status, dueBy, submitted }, at.getTime());
      if (reason !== null) return { outcome: 'refused', reason };
      if (row.evidence === null || Object.keys(row.evidence).length === 0)
        return { outcome: 'refused', reason: 'There is no evidence to submit' };
      if (row.submission !== null) return row; // in doubt, and Stripe has not taken it: again under its own key
      return tx.dispute.update({ where: { id: row.id }, data: { submission, submittingAt: at } });
    });
  }

  async function submit({ id, evidence, submission }: Dispute, again = ''): Promise<Stripe.Dispute> {
    try {
      return expectObject(
        await stripe.disputes.update(
          id,
          { evidence: evidence as Evidence, submit: true },
          { idempotencyKey: `dispute/${id}/${submission}${again}` },
        ),
        'dispute',
      );
    } catch (error) {
      // The saved end of an earlier try, and the look has just shown that it submitted nothing: only now is a new key safe.
      const replayed = error instanceof Stripe.errors.StripeError && error.headers?.['idempotent-replayed'] === 'true';
      if (again === '' && replayed && error.statusCode === 500)
        return submit({ id, evidence, submission } as Dispute, `/${clock.now()}`);
      throw error;
    }
  }

  async function settle(row: Dispute, { status }: Stripe.Dispute): Promise<Submitted> {
    const at = new Date(clock.now());
    return db.$transaction(async (tx) => settleIn(tx, await lockDispute(tx, row.id), status, at));
  }

  async function settleIn(tx: Tx, row: Dispute, status: string, at: Date): Promise<Submitted> {
    await tx.dispute.update({ where: { id: row.id }, data: { submittedAt: row.submittedAt ?? at, updatedAt: at } });
    await note(tx, row.sessionId, at, {
      type: 'dispute',
      message: 'Staff submitted evidence for the dispute',
      actor: 'staff',
      key: `dispute/${row.id}/submitted/${row.submission}`,
    });
    return { outcome: 'submitted', status };
  }

  /** Stripe has said no, for good: the texts may be changed again. */
  async function giveUp({ id, submission }: Dispute): Promise<void> {
    await db.dispute.updateMany({
      where: { id, submission, submittedAt: null },
      data: { submission: null, submittingAt: null },
    });
  }
};

/** Everything that is written of a dispute is written under its order's row lock. */
async function lockDispute(tx: Tx, id: string): Promise<Dispute> {
  await tx.$queryRaw`SELECT 1 FROM orders WHERE session_id = (SELECT session_id FROM disputes WHERE id = ${id}) FOR UPDATE`;
  return tx.dispute.findUniqueOrThrow({ where: { id } });
}
