import { type WorkflowExecutionDescription, WorkflowNotFoundError } from '@temporalio/client';
import type { FollowingWorkflow, WorkflowRuns } from '../../../activities/deps';
import type { OrderStatus } from '../../../domain/order';
import { SEARCH_ATTRIBUTES } from '../../../messages/search-attributes';
import { createWorkflowRuns } from '../../../worker/workflow-runs';
import type { Machinery } from './machinery';

/** The time-skipping server lists nothing: its lists are made of the world's own runs, one by one. */
export function listedRuns(world: Machinery): WorkflowRuns {
  return {
    ...createWorkflowRuns(world.client),
    async *closedSince(since) {
      for await (const { type, workflowId, closeTime, status } of known(world))
        if (closeTime && closeTime >= since && (type === 'order' || status.name !== 'COMPLETED'))
          yield { workflow: type as FollowingWorkflow, id: workflowId, closedAt: closeTime };
    },
    async *running(workflow) {
      yield* running(world, workflow);
    },
    async countRunning(workflow) {
      let count = 0;
      for await (const _ of running(world, workflow)) count++;
      return count;
    },
    lastSweep: async () => null,
    stuck: async () => [],
    needingAttention: async () => [],
  };
}

async function* running(world: Machinery, workflow: FollowingWorkflow): ReturnType<WorkflowRuns['running']> {
  for await (const { type, workflowId: id, status, typedSearchAttributes } of known(world, ID_OF[workflow])) {
    const reached = typedSearchAttributes.get(SEARCH_ATTRIBUTES.orderStatus) as OrderStatus | undefined;
    if (type === workflow && status.name === 'RUNNING') yield { id, reached: reached ?? null };
  }
}

/** What ids begin with. Asking for a run takes a moment, and a world has many. */
const ID_OF: Record<FollowingWorkflow, RegExp> = {
  order: /^cs_/,
  refund: /^(?:re|pyr)_/,
  dispute: /^(?:du|dp)_/,
  notice: /^(?:prv|issfr|pi|po)_/,
};
const ANY = /^(?:cs|re|pyr|du|dp|prv|issfr|pi|po)_/;

async function* known(world: Machinery, ids = ANY): AsyncIterable<WorkflowExecutionDescription> {
  for (const id of world.known.filter((one) => ids.test(one))) {
    try {
      yield await world.client.workflow.getHandle(id).describe();
    } catch (error) {
      if (!(error instanceof WorkflowNotFoundError)) throw error; // not every id was started
    }
  }
}
