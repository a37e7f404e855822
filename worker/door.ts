import { type Client, WorkflowExecutionAlreadyStartedError, WorkflowNotFoundError } from '@temporalio/client';
import type { Door } from '../activities/deps';
import {
  disputeLookSignal,
  disputeStart,
  flagsChangedSignal,
  lookSignal,
  noticeLookSignal,
  noticeStart,
  orderStart,
  orderStartAgain,
  refundLookSignal,
  refundStart,
  WORKFLOWS,
} from '../workflows/messages';

/** The door through which activities reach workflows: each is one call to Temporal, durable when it returns. */
export const createDoor = ({ workflow }: Pick<Client, 'workflow'>): Door => ({
  async order(sessionId, { again = false } = {}) {
    const start = (again ? orderStartAgain : orderStart)({ sessionId, openedBy: 'sweep' });
    try {
      await workflow.signalWithStart(WORKFLOWS.order, { ...start, signal: lookSignal, signalArgs: [] as [] });
      return 'told';
    } catch (error) {
      if (error instanceof WorkflowExecutionAlreadyStartedError) return 'ended';
      throw error;
    }
  },

  async flagsChanged(sessionId) {
    try {
      await workflow.getHandle(sessionId).signal(flagsChangedSignal);
    } catch (error) {
      if (!(error instanceof WorkflowNotFoundError)) throw error; // it has ended: the flags stand in the database
    }
  },

  async refund(refundId) {
    const start = refundStart({ refundId });
    await workflow.signalWithStart(WORKFLOWS.refund, { ...start, signal: refundLookSignal, signalArgs: [] as [] });
  },

  async dispute(disputeId) {
    const start = disputeStart({ disputeId });
    await workflow.signalWithStart(WORKFLOWS.dispute, { ...start, signal: disputeLookSignal, signalArgs: [] as [] });
  },

  async notice(kind, id) {
    const start = noticeStart({ kind, id });
    await workflow.signalWithStart(WORKFLOWS.notice, { ...start, signal: noticeLookSignal, signalArgs: [] as [] });
  },
});
