import { type Client, WithStartWorkflowOperation } from '@temporalio/client';
import type { UpdateAnswer, WorkflowStarter } from '../activities/deps';
import { refusedMove } from '../domain/bulk';
import type { SessionId } from '../domain/ids';
import type { ProblemCode } from '../domain/problem';
import { WORKFLOWS } from '../messages/names';
import { cancelUpdate, orderStart, retryUpdate } from '../messages/order';
import { type RefundRequestResult, refundRequestStart } from '../messages/refund-request';
import { INVALID_TRANSITION, NOT_RECORDED, OUT_OF_STOCK, REFUND_EXCEEDS_REMAINING } from '../messages/refusals';
import { retryStepUpdate } from '../messages/retry';
import { hasEnded, hasFailed, isNotRunning, isRefused, isTooLate, refusalOf } from '../platform/temporal-errors';
import { within } from '../platform/within';

/** As long as the API waits for a workflow. */
const PATIENCE_MS = 8_000;
/** How long the result of a run may take whose work is done. */
const RESULT_MS = 2_000;
const NO_RESULT = new Error('the run has no result yet');

/** The number of an order that exists; null also while the database does not answer. */
export type NumberOf = (id: SessionId) => Promise<{ number: string } | null>;

/** How activities send what staff ask for to the workflows of orders, and to those beside them. */
export const createOrderUpdates = (
  { workflow }: Pick<Client, 'workflow'>,
  numberOf: NumberOf,
): Pick<WorkflowStarter, 'updateOrder' | 'retryRefund' | 'retryStep'> => {
  /** Waits for a result; `late` if it takes longer than staff would wait. */
  const inTime = async <T>(deadline: number, result: () => Promise<T>): Promise<T | 'late'> => {
    try {
      return await workflow.withDeadline(deadline, result);
    } catch (error) {
      if (isTooLate(error)) return 'late';
      throw error;
    }
  };

  return {
    async updateOrder(sessionId, update, key) {
      const start = orderStart({ sessionId }, await numberOf(sessionId));
      const startWorkflowOperation = new WithStartWorkflowOperation(WORKFLOWS.order, start);
      const options = { updateId: key, waitForStage: 'ACCEPTED', startWorkflowOperation } as const;
      const deadline = Date.now() + PATIENCE_MS;
      try {
        const sent = await inTime(deadline, () =>
          update.name === 'cancel'
            ? workflow.startUpdateWithStart(cancelUpdate, { ...options, args: [{ reason: update.reason }] })
            : workflow.startUpdateWithStart(retryUpdate, { ...options, args: [] }),
        );
        if (sent === 'late') return { outcome: 'late' };
        await inTime(deadline, () => sent.result()); // if it takes longer, it is in the history and goes on
        return { outcome: 'done' };
      } catch (error) {
        return answerOf(error);
      }
    },

    async retryRefund(input) {
      const start = refundRequestStart(input, { again: true });
      const startWorkflowOperation = new WithStartWorkflowOperation(WORKFLOWS.refundRequest, start);
      const deadline = Date.now() + PATIENCE_MS;
      try {
        const tried = await inTime(deadline, () =>
          workflow.executeUpdateWithStart(retryStepUpdate, { startWorkflowOperation }),
        );
        if (tried !== 'done') return { outcome: 'done' }; // it is started, and tries again by itself
        const run = await startWorkflowOperation.workflowHandle();
        // Its step is done, so that its result is there in a moment.
        const result: RefundRequestResult = await within(RESULT_MS, run.result(), () => NO_RESULT);
        return refundAnswer(result);
      } catch (error) {
        if (error === NO_RESULT || hasFailed(error)) return { outcome: 'done' };
        return answerOf(error);
      }
    },

    async retryStep(workflowId) {
      try {
        const run = workflow.getHandle(workflowId);
        await inTime(Date.now() + PATIENCE_MS, () => run.executeUpdate(retryStepUpdate));
      } catch (error) {
        // A run that has ended, or has nothing to retry, is not stuck.
        if (!isNotRunning(error) && !isRefused(error)) throw error;
      }
    },
  };
};

/** The codes of the refusals by a rule, whose sentences are ours. */
const REFUSALS: Record<string, ProblemCode> = {
  [INVALID_TRANSITION]: 'invalid_transition',
  [OUT_OF_STOCK]: 'out_of_stock',
  [REFUND_EXCEEDS_REMAINING]: 'refund_exceeds_remaining',
};

/** What an error of Temporal's client says of an update. @throws one that says nothing of it */
function answerOf(error: unknown): UpdateAnswer {
  if (hasEnded(error)) return { outcome: 'ended' };
  const refusal = isRefused(error) ? refusalOf(error) : null;
  if (refusal === null) throw error;
  const { type, message } = refusal;
  if (type === NOT_RECORDED) return { outcome: 'late' };
  const code = REFUSALS[type ?? ''];
  if (code === undefined) throw error;
  return refusedMove(message, code);
}

/** Stripe's own sentence stands with the order's refunds, and nowhere else. */
function refundAnswer(result: RefundRequestResult): UpdateAnswer {
  if (result.outcome === 'refused-by-stripe')
    return refusedMove('Stripe refuses the refund again: the order says why, in its list of refunds');
  if (result.outcome === 'refused') return refusedMove(result.reason, REFUSALS[result.code] ?? 'invalid_transition');
  return { outcome: 'done' };
}
