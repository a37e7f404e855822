import { WithStartWorkflowOperation } from '@temporalio/client';
import type { SessionId } from '../../../domain/ids';
import { WORKFLOWS } from '../../../messages/names';
import { type RefundRequestInput, refundRequestStart } from '../../../messages/refund-request';
import { retryStepUpdate } from '../../../messages/retry';
import { recordActor } from '../../../store/orders/request-actors';
import { refundsToRetry } from '../../../store/refunds/to-retry';
import type { ApiDeps } from '../../deps';
import { bounded, STAFF_PATIENCE_MS } from '../../order-workflow';
import { isLate } from '../../temporal-errors';
import { refuseResult, resultBefore } from './request';

/**
 * `retry` of an order that has ended but whose refund has not: one that failed or that Stripe refuses is requested
 * again, a parked request is tried now, and one whose run died is started again. Returns false if there is none; then
 * the order's own workflow handles `retry`.
 * @param actor the name of who retries
 * @throws 409 if the refund can no longer be made
 */
export async function retryRefund(deps: ApiDeps, sessionId: SessionId, actor: string): Promise<boolean> {
  const unfinished = await refundsToRetry(deps.db, sessionId);
  const at = new Date(deps.clock.now());
  for (const { key } of unfinished) await recordActor(deps.db, { sessionId, key, actor, at });
  await Promise.all(unfinished.map((input) => tryNow(deps, input)));
  return unfinished.length > 0;
}

/**
 * Makes the request's workflow try at once, or starts it again if it does not run.
 * @throws 409 if a rule refuses the refund now
 */
async function tryNow({ temporal }: ApiDeps, input: RefundRequestInput): Promise<void> {
  const deadline = Date.now() + STAFF_PATIENCE_MS;
  const startWorkflowOperation = new WithStartWorkflowOperation(
    WORKFLOWS.refundRequest,
    refundRequestStart(input, { again: true }),
  );
  try {
    const tried = await bounded(temporal, STAFF_PATIENCE_MS, () =>
      temporal.workflow.executeUpdateWithStart(retryStepUpdate, { startWorkflowOperation }),
    );
    if (tried === 'waiting') return;
  } catch (error) {
    if (isLate(error)) return;
    throw error;
  }
  // The step is done. What the run still asks for, and what came of it, is its result.
  refuseResult(await resultBefore(temporal, await startWorkflowOperation.workflowHandle(), deadline));
}
