import { WithStartWorkflowOperation } from '@temporalio/client';
import { disputeId, type SessionId } from '../../../domain/ids';
import { disputeStart, submitEvidenceUpdate } from '../../../messages/dispute';
import { WORKFLOWS } from '../../../messages/names';
import { recordActor } from '../../../store/orders/request-actors';
import type { ApiDeps } from '../../deps';
import { bounded, STAFF_PATIENCE_MS } from '../../order-workflow';
import { isLate } from '../../temporal-errors';
import { updateIdOf } from '../orders/send-update';

interface Submission {
  id: string;
  /** Of the disputed order. */
  sessionId: SessionId;
  /** The name of who submits it. */
  actor: string;
  idempotencyKey: string | undefined;
}

/**
 * Asks a dispute's workflow to submit the evidence, and waits at most 8 s for the result. If no workflow follows the
 * dispute (its run was terminated, or it is closed), one is started, which says why it cannot submit. Who asks is
 * recorded first.
 *
 * @throws `WorkflowUpdateFailedError` if the submission is refused
 */
export async function submitEvidence(
  { db, temporal, clock }: ApiDeps,
  { id, sessionId, actor, idempotencyKey }: Submission,
): Promise<void> {
  const deadline = Date.now() + STAFF_PATIENCE_MS;
  const updateId = updateIdOf(submitEvidenceUpdate, [], idempotencyKey);
  await recordActor(db, { sessionId, key: updateId, actor, at: new Date(clock.now()) });
  const sent = await bounded(temporal, STAFF_PATIENCE_MS, () =>
    temporal.workflow.startUpdateWithStart(submitEvidenceUpdate, {
      args: [],
      updateId,
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
