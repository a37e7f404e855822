import { WithStartWorkflowOperation } from '@temporalio/client';
import type { SessionId } from '../../../domain/ids';
import { DECISIONS, isFinal } from '../../../domain/order';
import { againKey, openFailures, requestOf } from '../../../domain/refund';
import { WORKFLOWS } from '../../../messages/names';
import { REFUSED_AGAIN, type RefundRequestInput, refundRequestStart } from '../../../messages/refund-request';
import { retryStepUpdate } from '../../../messages/retry';
import { recordActor } from '../../../store/orders/request-actors';
import { type RefundStanding, readRefundStanding } from '../../../store/refunds/standing';
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
  const standing = await readRefundStanding(deps.db, sessionId);
  if (!isFinal(standing.status) || standing.attentionStep === null) return false;
  const unfinished = unfinishedRequests(sessionId, standing);
  const at = new Date(deps.clock.now());
  for (const { key } of unfinished) await recordActor(deps.db, { sessionId, key, actor, at });
  await Promise.all(unfinished.map((input) => tryNow(deps, input)));
  return unfinished.length > 0;
}

/** The requests that `retry` is about: what the pending decision names, else everything that waits for Stripe. */
function unfinishedRequests(
  sessionId: SessionId,
  { attentionStep, refundable, refunds }: RefundStanding,
): RefundRequestInput[] {
  const refusedAgain = { sessionId, key: REFUSED_AGAIN };
  if (attentionStep === DECISIONS.refundRefused) return [refusedAgain];
  if (attentionStep === DECISIONS.refundFailed)
    return openFailures(refunds, refundable)
      .slice(0, 1)
      .map(({ stripeId }) => ({ sessionId, key: againKey(stripeId) }));
  const waiting = refunds.filter(({ status }) => status === 'requested');
  const byStaff = waiting.flatMap(({ requestKey, ...refund }) =>
    requestKey === null ? [] : [{ sessionId, key: requestKey, request: requestOf(refund) }],
  );
  return waiting.length > byStaff.length ? [...byStaff, refusedAgain] : byStaff;
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
