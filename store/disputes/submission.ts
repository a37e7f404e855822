import { type Dispute, refusalToSubmit } from '../../domain/dispute';
import type { VisaEvidence } from '../../domain/earlier-orders';
import type { Evidence } from '../../domain/evidence';
import type { DisputeId } from '../../domain/ids';
import { Prisma } from '../../prisma/generated/client';
import type { Db, Tx } from '../database';
import { note } from '../orders/records';
import { areUndisputed } from './earlier-orders';
import { lockKnownDispute } from './rows';

/** Evidence that is to be submitted, and that cannot be changed any more. */
export interface FrozenEvidence {
  id: DisputeId;
  evidence: Evidence;
  /** What is said of earlier orders of the customer; null if nothing is. */
  visaEvidence: VisaEvidence | null;
  /** The request that submits it: part of the Idempotency-Key at Stripe. */
  submission: string;
}

export type Freezing =
  | ({ outcome: 'frozen' } & FrozenEvidence)
  /** This very request has submitted it already, and its answer was lost. */
  | { outcome: 'submitted' }
  | { outcome: 'refused'; reason: string };

/**
 * Freezes the evidence for a submission, or says why nothing is to be asked of Stripe. A submission in doubt that
 * Stripe has not taken goes on under its own key.
 * @param actor the name of who submits it
 * @param seen the dispute as Stripe has just shown it; `dueBy` in milliseconds, 0 when the bank accepts no answer
 */
export async function freezeEvidence(
  db: Db,
  request: {
    id: DisputeId;
    submission: string;
    seen: { status: string; dueBy: number | null; submissions: number };
    actor: string;
    at: Date;
  },
): Promise<Freezing> {
  const { id, submission, seen, actor, at } = request;
  return db.$transaction(async (tx): Promise<Freezing> => {
    const dispute = await lockKnownDispute(tx, id);
    const submitted = seen.submissions > dispute.submissionsBefore;
    if (submitted && dispute.submission === submission) {
      await settle(tx, dispute, { actor, at });
      return { outcome: 'submitted' };
    }
    const reason = refusalToSubmit({ ...seen, submitted }, at.getTime());
    if (reason !== null) return { outcome: 'refused', reason };
    const { evidence } = dispute;
    if (evidence === null || Object.keys(evidence).length === 0)
      return { outcome: 'refused', reason: 'There is no evidence to submit' };
    const { earlierOrders } = dispute;
    const visaEvidence = earlierOrders?.evidence ?? null;
    if (dispute.submission !== null)
      return { outcome: 'frozen', id, evidence, visaEvidence, submission: dispute.submission };
    // What Stripe found undisputed when the dispute was last read may be disputed since.
    const stands = earlierOrders !== null && (await areUndisputed(tx, earlierOrders));
    const data = { submission, submittingAt: at, ...(!stands && { earlierOrders: Prisma.DbNull }) };
    await tx.dispute.update({ where: { id }, data });
    return { outcome: 'frozen', id, evidence, visaEvidence: stands ? visaEvidence : null, submission };
  });
}

/** Stripe has taken the evidence. Safe to repeat. */
export async function settleSubmission(
  db: Db,
  { id, actor, at }: { id: DisputeId; actor: string; at: Date },
): Promise<void> {
  await db.$transaction(async (tx) => settle(tx, await lockKnownDispute(tx, id), { actor, at }));
}

async function settle(
  tx: Tx,
  { id, sessionId, submission, submittedAt }: Dispute,
  { actor, at }: { actor: string; at: Date },
): Promise<void> {
  await tx.dispute.update({ where: { id }, data: { submittedAt: submittedAt ?? at, updatedAt: at } });
  await note(tx, sessionId, at, {
    type: 'dispute',
    message: 'Staff submitted evidence for the dispute',
    actor,
    key: `dispute/${id}/submitted/${submission}`,
  });
}

/** Stripe refuses what is said of earlier orders: the evidence goes without it. */
export async function leaveOutEarlierOrders(db: Db, { id }: { id: DisputeId }): Promise<void> {
  await db.dispute.updateMany({ where: { id, submittedAt: null }, data: { earlierOrders: Prisma.DbNull } });
}

/** Stripe has refused the evidence for good: it may be changed again. */
export async function giveUpSubmission(
  db: Db,
  { id, submission }: Pick<FrozenEvidence, 'id' | 'submission'>,
): Promise<void> {
  await db.dispute.updateMany({
    where: { id, submission, submittedAt: null },
    data: { submission: null, submittingAt: null },
  });
}
