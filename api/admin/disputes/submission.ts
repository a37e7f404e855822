import { type Client, WithStartWorkflowOperation } from '@temporalio/client';
import { disputeId } from '../../../domain/ids';
import { disputeStart, submitEvidenceUpdate } from '../../../messages/dispute';
import { WORKFLOWS } from '../../../messages/names';
import { bounded, STAFF_PATIENCE_MS } from '../../order-workflow';
import { isLate } from '../../temporal-errors';
import { updateIdOf } from '../orders/send-update';

/**
 * Asks a dispute's workflow to submit the evidence, and waits at most 8 s for the result. If no workflow follows the
 * dispute (its run was terminated, or it is closed), one is started, which says why it cannot submit.
 *
 * @throws `WorkflowUpdateFailedError` if the submission is refused
 */
export async function submitEvidence(temporal: Client, id: string, idempotencyKey: string | undefined): Promise<void> {
  const deadline = Date.now() + STAFF_PATIENCE_MS;
  const sent = await bounded(temporal, STAFF_PATIENCE_MS, () =>
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
    if (!isLate(error)) throw error; // otherwise the update is in the history and continues
  }
}
