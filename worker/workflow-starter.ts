import {
  type Client,
  WorkflowExecutionAlreadyStartedError,
  type WorkflowHandle,
  WorkflowIdReusePolicy,
  WorkflowNotFoundError,
} from '@temporalio/client';
import type { WorkflowStarter } from '../activities/deps';
import { isFinal, type OrderStatus } from '../domain/order';
import { bulkStart } from '../messages/bulk';
import { disputeLookSignal, disputeStart } from '../messages/dispute';
import { WORKFLOWS } from '../messages/names';
import { noticeLookSignal, noticeStart } from '../messages/notice';
import { changedSignal, lookSignal, orderStart, orderStartAgain, stateQuery } from '../messages/order';
import { refundLookSignal, refundStart } from '../messages/refund';
import { refundRequestStart } from '../messages/refund-request';
import { resendStart } from '../messages/resend';
import { routeOf } from '../messages/routing';
import { createOrderUpdates } from './order-updates';

/** A query waits for a worker, and for whatever that has in hand. */
const QUERY_MS = 2_000;

/** How activities start and signal workflows: each is one call to Temporal, durable when it returns. */
export const createWorkflowStarter = ({ workflow }: Pick<Client, 'workflow'>): WorkflowStarter => ({
  ...createOrderUpdates({ workflow }),

  async order(sessionId, { again = false } = {}) {
    const start = (again ? orderStartAgain : orderStart)({ sessionId });
    try {
      await workflow.signalWithStart(WORKFLOWS.order, { ...start, signal: lookSignal, signalArgs: [] as [] });
      return 'told';
    } catch (error) {
      if (error instanceof WorkflowExecutionAlreadyStartedError) return 'ended';
      throw error;
    }
  },

  async orderChanged(sessionId, { again = false } = {}) {
    const start = { ...orderStartAgain({ sessionId }), signal: changedSignal, signalArgs: [] as [] };
    try {
      if (again) await workflow.signalWithStart(WORKFLOWS.order, start);
      else await workflow.getHandle(sessionId).signal(changedSignal);
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

  async resend(input) {
    try {
      await workflow.start(WORKFLOWS.resend, resendStart(input));
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
        const policy = again ? { workflowIdReusePolicy: WorkflowIdReusePolicy.ALLOW_DUPLICATE } : {};
        await workflow.signalWithStart(route.workflow, { ...start, ...policy, signal, signalArgs: [] as [] });
      }
      return 'told';
    } catch (error) {
      if (error instanceof WorkflowExecutionAlreadyStartedError || error instanceof WorkflowNotFoundError)
        return 'nobody';
      throw error;
    }
  },

  async resume(sessionId, status) {
    const run = workflow.getHandle(sessionId);
    if (await isRunning(run)) {
      // A run that does not answer is for staff to look at; the sweep goes on with the other orders.
      const asked = workflow.withDeadline(Date.now() + QUERY_MS, () => run.query(stateQuery));
      const believed = await asked.catch(() => null);
      const written = await status(); // read after the run was asked: a step writes here first, and believes then
      if (believed === null || written === null || !isBeyond(believed.status, written)) return 'running';
      await run.terminate('The database stands before this run: it was restored. The order goes on from what it says.');
    }
    await this.order(sessionId, { again: true });
    return 'started';
  },
});

async function isRunning(run: WorkflowHandle): Promise<boolean> {
  try {
    return (await run.describe()).status.name === 'RUNNING';
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return false;
    throw error;
  }
}

const isBeyond = (believed: OrderStatus, written: OrderStatus): boolean =>
  ALONG_THE_WAY.indexOf(believed) > ALONG_THE_WAY.indexOf(written) && !isFinal(written);
/** As an order goes; `REFUNDED` is no step of it, for a refund that fails leads back. */
const ALONG_THE_WAY: readonly OrderStatus[] = ['PENDING', 'PAID', 'PREPARING', 'SHIPPED', 'COMPLETED'];
