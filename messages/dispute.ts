import { defineSignal, defineUpdate } from '@temporalio/workflow';
import type { DisputeId } from '../domain/ids';
import { TASK_QUEUES } from './names';
import { asOftenAsNeeded } from './policies';

export interface DisputeInput {
  disputeId: DisputeId;
}

/** The dispute changed at Stripe: read it again. */
export const disputeLookSignal = defineSignal<[]>('look');
/** Submits the evidence from the database, once. Answers with the dispute's status at Stripe. */
export const submitEvidenceUpdate = defineUpdate<string>('submitEvidence');

/** The start options of a dispute's workflow. */
export const disputeStart = (input: DisputeInput) => ({
  workflowId: input.disputeId as string,
  taskQueue: TASK_QUEUES.orders,
  args: [input] as [DisputeInput],
  ...asOftenAsNeeded,
  staticSummary: 'Follows one dispute from opening to closing',
});
