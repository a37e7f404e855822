import {
  type Client,
  WorkflowExecutionAlreadyStartedError,
  type WorkflowHandle,
  WorkflowIdReusePolicy,
  WorkflowNotFoundError,
} from '@temporalio/client';
import type { WorkflowStarter } from '../activities/deps';
import { isSessionId } from '../domain/ids';
import { endedUnsold, type OrderStatus } from '../domain/order';
import { isRestored, wasSent } from '../domain/sweep';
import { bulkStart } from '../messages/bulk';
import { disputeLookSignal, disputeStart } from '../messages/dispute';
import { WORKFLOWS } from '../messages/names';
import { noticeLookSignal, noticeStart } from '../messages/notice';
import { changedSignal, lookSignal, orderQuery, orderStart, orderStartAgain, runTitle } from '../messages/order';
import { refundLookSignal, refundStart } from '../messages/refund';
import { refundRequestStart } from '../messages/refund-request';
import { resendStart } from '../messages/resend';
import { routeOf } from '../messages/routing';
import { SEARCH_ATTRIBUTES } from '../messages/search-attributes';
import { createOrderUpdates, type NumberOf } from './order-updates';

/** A query waits for a worker, and for whatever that has in hand. */
const QUERY_MS = 2_000;

/**
 * How activities start and signal workflows: each is one call to Temporal, durable when it returns.
 * @param numberOf what the run of an order is called by that has to be started
 */
export const createWorkflowStarter = ({ workflow }: Pick<Client, 'workflow'>, numberOf: NumberOf): WorkflowStarter => ({
  ...createOrderUpdates({ workflow }, numberOf),

  async order(sessionId, { again = false } = {}) {
    const input = { sessionId, openedBy: 'sweep' } as const;
    const start = (again ? orderStartAgain : orderStart)(input, await numberOf(sessionId));
    try {
      await workflow.signalWithStart(WORKFLOWS.order, { ...start, signal: lookSignal, signalArgs: [] as [] });
      return 'told';
    } catch (error) {
      if (error instanceof WorkflowExecutionAlreadyStartedError) return 'ended';
      throw error;
    }
  },

  async orderChanged(sessionId, { again = false } = {}) {
    try {
      if (!again) return await workflow.getHandle(sessionId).signal(changedSignal);
      const start = orderStartAgain({ sessionId }, await numberOf(sessionId));
      await workflow.signalWithStart(WORKFLOWS.order, { ...start, signal: changedSignal, signalArgs: [] as [] });
    } catch (error) {
      if (!(error instanceof WorkflowNotFoundError)) throw error; // it has ended: the flags stand in the database
    }
  },

  async refund(refundId) {
    const start = refundStart({ refundId });
    await workflow.signalWithStart(WORKFLOWS.refund, { ...start, signal: refundLookSignal, signalArgs: [] as [] });
  },

  async refundRequest(input) {
    await workflow.start(WORKFLOWS.refundRequest, refundRequestStart(input, { again: true }));
  },

  async resend(input, options) {
    try {
      await workflow.start(WORKFLOWS.resend, resendStart(input, options));
    } catch (error) {
      if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error; // it has just ended
    }
  },

  async bulk(input) {
    try {
      await workflow.start(WORKFLOWS.bulk, bulkStart(input));
    } catch (error) {
      if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error; // it has just ended
    }
  },

  async dispute(disputeId) {
    const start = disputeStart({ disputeId });
    await workflow.signalWithStart(WORKFLOWS.dispute, { ...start, signal: disputeLookSignal, signalArgs: [] as [] });
  },

  async notice(kind, id) {
    const start = noticeStart({ kind, id });
    await workflow.signalWithStart(WORKFLOWS.notice, { ...start, signal: noticeLookSignal, signalArgs: [] as [] });
  },

  async event(event, { again = false } = {}) {
    const route = routeOf(event);
    if (route === null) return 'nobody';
    const { signal, start } = route;
    try {
      if (route.onlyRunning) await workflow.getHandle(start.workflowId).signal(signal);
      else if (route.onlyStart) await workflow.start(route.workflow, start);
      else {
        const id = start.workflowId;
        const asked = {
          ...start,
          ...(isSessionId(id) && { staticSummary: runTitle(await numberOf(id)) }),
          ...(again && { workflowIdReusePolicy: WorkflowIdReusePolicy.ALLOW_DUPLICATE }),
        };
        await workflow.signalWithStart(route.workflow, { ...asked, signal, signalArgs: [] as [] });
      }
      return 'told';
    } catch (error) {
      if (error instanceof WorkflowExecutionAlreadyStartedError || error instanceof WorkflowNotFoundError)
        return 'nobody';
      throw error;
    }
  },

  async resume(sessionId, { written, holdSent, mustAnswer }) {
    const earlier = await lastRunOf(workflow.getHandle(sessionId));
    if (earlier !== null) {
      const { runId, isRunning } = earlier;
      const run = workflow.getHandle(sessionId, runId);
      const asked = () => workflow.withDeadline(Date.now() + QUERY_MS, () => run.query(orderQuery));
      // Null too while it has opened no order.
      const report = isRunning || mustAnswer || mayHaveSent(earlier) ? await asked().catch(() => null) : null;
      const order = await written(); // read after the run was asked: a step writes here first, and believes then
      const reached = report?.status ?? earlier.reached;
      const said = reached && { reached, parcels: report?.parcels.length ?? null };
      const isOlder = said !== null && isRestored(said, order);
      const knowsSent = isOlder && wasSent(said, order);
      const maySend = report === null && (mustAnswer || (isOlder && mayHaveSentAPart(earlier)));
      if (isRunning && report === null) {
        // A run that does not answer is for staff to look at. An order that is unknown here is not shipped anyway.
        if (order !== null && (knowsSent || maySend)) await holdSent(runId, null);
        return 'silent';
      }
      if (isRunning && !isOlder) return 'running';
      // Before the run ends: whatever stops this here, the next sweep finds the same run, and does it all again.
      if (knowsSent) await holdSent(runId, report?.parcels ?? []);
      else if (maySend) await holdSent(runId, null);
      if (isRunning) await run.terminate(RESTORED);
    }
    await this.order(sessionId, { again: true });
    return 'started';
  },
});

const RESTORED = 'The database stands before this run: it was restored. The order goes on from what it says.';

/** The last run of an order. `reached`: how far it says that it took the order. */
interface LastRun {
  runId: string;
  isRunning: boolean;
  reached: OrderStatus | null;
}

/** Of an order that is paid, goods may have left. */
const mayHaveSent = ({ reached }: LastRun): boolean =>
  reached !== null && !endedUnsold(reached) && reached !== 'PENDING';

/** Its status says that all of it had not left, and nothing about a part. */
const mayHaveSentAPart = ({ reached }: LastRun): boolean => reached === 'PREPARING';

/** Null if Temporal knows no run of the order. */
async function lastRunOf(run: WorkflowHandle): Promise<LastRun | null> {
  try {
    const { runId, status, typedSearchAttributes } = await run.describe();
    const reached = typedSearchAttributes.get(SEARCH_ATTRIBUTES.orderStatus) as OrderStatus | undefined;
    return { runId, isRunning: status.name === 'RUNNING', reached: reached ?? null };
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return null;
    throw error;
  }
}
