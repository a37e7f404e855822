/** The shop's response to a dispute: evidence, kept as a draft or submitted to the bank for good. */
import type Stripe from 'stripe';
import { invalid } from '../http/errors';
import { changedMetadata } from '../http/metadata';
import type { World } from '../world';
import { type EvidenceInput, withEvidence } from './dispute-evidence';
import { disputeNamed, keepChanged } from './disputes';
import { schedule } from './schedule';
import { readEnhanced, submitted } from './visa-evidence';

/** Seconds until test mode's bank has read the evidence. */
const BANK_READS_FOR = 60;

export interface Response {
  evidence?: EvidenceInput | undefined;
  intended_submission_method?: Stripe.Dispute.IntendedSubmissionMethod | undefined;
  metadata?: Record<string, string> | null | undefined;
  submit?: boolean | undefined;
}

/** Evidence is submitted unless `submit` is false. @throws Refusal when the dispute takes no evidence now */
export function respond(world: World, id: string, response: Response): Stripe.Dispute {
  const before = disputeNamed(world, id);
  const submits = response.evidence === undefined ? response.submit === true : response.submit !== false;
  if ((response.evidence !== undefined || submits) && !before.status.endsWith('needs_response')) throw notNow(before);
  const enhanced = readEnhanced(world, before, response.evidence?.enhanced_evidence ?? {});
  const evidence = {
    ...withEvidence(before.evidence, response.evidence ?? {}),
    enhanced_evidence: enhanced.evidence,
  };
  const details = { ...before.evidence_details, enhanced_eligibility: enhanced.eligibility };
  const after = keepChanged(world, before, {
    ...before,
    evidence,
    ...(response.intended_submission_method && { intended_submission_method: response.intended_submission_method }),
    metadata: changedMetadata(before.metadata, response.metadata),
    evidence_details: { ...details, has_evidence: details.has_evidence || response.evidence !== undefined },
    ...(submits && {
      status: before.status.replace('needs_response', 'under_review'),
      evidence_details: {
        ...details,
        enhanced_eligibility: submitted(enhanced.eligibility),
        has_evidence: true,
        past_due: (details.due_by ?? 0) > 0 && world.clock.seconds() > (details.due_by ?? 0),
        submission_count: details.submission_count + 1,
        submission_method: 'manual',
      },
    }),
  });
  const outcome = OUTCOMES[evidence.uncategorized_text ?? ''];
  if (submits && outcome !== undefined) schedule(world, id, outcome, BANK_READS_FOR);
  return after;
}

const OUTCOMES: Record<string, 'dispute_lost' | 'dispute_won'> = {
  winning_evidence: 'dispute_won',
  losing_evidence: 'dispute_lost',
};

function notNow({ id, status, evidence_details }: Stripe.Dispute) {
  return invalid(
    evidence_details.submission_count > 0 && status.endsWith('under_review')
      ? `The evidence of dispute ${id} has been submitted already; it can be submitted once.`
      : `Dispute ${id} takes no evidence: its status is \`${status}\`.`,
    { param: 'evidence' },
  );
}
