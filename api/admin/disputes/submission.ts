import { type Client, WithStartWorkflowOperation } from '@temporalio/client';
import { disputeId } from '../../../domain/ids';
import { disputeStart, submitEvidenceUpdate } from '../../../messages/dispute';
import { WORKFLOWS } from '../../../messages/names';
import { bounded } from '../../order-workflow';
import { isLate } from '../../temporal-errors';
import { updateIdOf } from '../orders/send-update';

/** How long staff wait for Stripe. */
const PATIENCE_MS = 8_000;

/**
 * Asks a dispute's workflow to submit the evidence, and waits for what comes of it, at most 8 s. A dispute that
 * nobody follows (its run was terminated, or it is closed) is looked at again, and says itself why not.
 *
 * @throws `WorkflowUpdateFailedError` when it is refused
 */
export async function submitEvidence(temporal: Client, id: string, idempotencyKey: string | undefined): Promise<void> {
  const deadline = Date.now() + PATIENCE_MS;
  const sent = await bounded(temporal, PATIENCE_MS, () =>
    temporal.workflow.startUpdateWithStart(submitEvidenceUpdate, {
      args: [],
      updateId: updateIdOf(submitEvidenceUpdate, [], idempotencyKey),
      waitForStage: 'ACCEPTED',
      startWorkflowOperation: new WithStartWorkflowOperation(
        WORKFLOWS.dispute,
        disputeStart({ disputeId: disputeId(id) }),
      ),
    }),
  );
  try {
    await bounded(temporal, Math.max(1, deadline - Date.now()), () => sent.result());
  } catch (error) {
    if (!isLate(error)) throw error; // else it stands in the history, and goes on
  }
}
