import { WithStartWorkflowOperation } from '@temporalio/client';
import type { SessionId } from '../../../domain/ids';
import { DECISIONS, isFinal } from '../../../domain/order';
import { againKey, openFailures, type Refund, requestOf } from '../../../domain/refund';
import { WORKFLOWS } from '../../../messages/names';
import { REFUSED_AGAIN, type RefundRequestInput, refundRequestStart } from '../../../messages/refund-request';
import { retryStepUpdate } from '../../../messages/retry';
import { readRefundStanding } from '../../../store/refunds/standing';
import type { ApiDeps } from '../../deps';
import { bounded, STAFF_PATIENCE_MS } from '../../order-workflow';
import { isLate } from '../../temporal-errors';
import { refuseResult, startRequest } from './request';

/**
 * `retry` of an order that has ended but whose refund has not: one that failed or that Stripe refuses is requested
 * again, and a parked request is retried now. Returns false if there is neither; then the order's own workflow handles
 * `retry`.
 * @throws 409 if the failed refund can no longer be made
 */
export async function retryRefund(deps: ApiDeps, sessionId: SessionId): Promise<boolean> {
  const { status, refundable, attentionStep, refunds } = await readRefundStanding(deps.db, sessionId);
  if (!isFinal(status) || attentionStep === null) return false;
  if (attentionStep === DECISIONS.refundFailed) return askAnew(deps, sessionId, openFailures(refunds, refundable));
  if (attentionStep === DECISIONS.refundRefused) {
    refuseResult(await startRequest(deps.temporal, { sessionId, key: REFUSED_AGAIN }, STAFF_PATIENCE_MS));
    return true;
  }
  const waiting = refunds.flatMap(({ status, requestKey, ...refund }) =>
    status === 'requested' && requestKey !== null ? [{ sessionId, key: requestKey, request: requestOf(refund) }] : [],
  );
  await Promise.all(waiting.map((input) => tryNow(deps, input)));
  return waiting.length > 0;
}

async function askAnew({ temporal }: ApiDeps, sessionId: SessionId, [failed]: Refund[]): Promise<boolean> {
  if (!failed) return false;
  refuseResult(await startRequest(temporal, { sessionId, key: againKey(failed.stripeId) }, STAFF_PATIENCE_MS));
  return true;
}

/** Makes the request's workflow retry at once, or starts it again with the same request if it was terminated. */
async function tryNow({ temporal }: ApiDeps, input: RefundRequestInput): Promise<void> {
  const start = refundRequestStart(input);
  try {
    await bounded(temporal, STAFF_PATIENCE_MS, () =>
      temporal.workflow.executeUpdateWithStart(retryStepUpdate, {
        startWorkflowOperation: new WithStartWorkflowOperation(WORKFLOWS.refundRequest, start),
      }),
    );
  } catch (error) {
    if (!isLate(error)) throw error;
  }
}
