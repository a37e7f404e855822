import { type WorkflowExecutionDescription, WorkflowNotFoundError } from '@temporalio/client';
import type { FollowingWorkflow, WorkflowRuns } from '../../../activities/deps';
import { createWorkflowRuns } from '../../../worker/workflow-runs';
import type { Machinery } from './machinery';

const WORKFLOWS: readonly string[] = ['order', 'refund', 'dispute', 'notice'] satisfies FollowingWorkflow[];

/** The time-skipping server lists nothing: its lists are made of the world's own runs, one by one. */
export function listedRuns(world: Machinery): WorkflowRuns {
  return {
    ...createWorkflowRuns(world.client),
    async *closedSince(since) {
      for await (const { type, workflowId, closeTime, status } of known(world))
        if (closeTime && closeTime >= since && (type === 'order' || status.name !== 'COMPLETED'))
          yield { workflow: type as FollowingWorkflow, id: workflowId };
    },
    async *running(workflow) {
      yield* running(world, workflow);
    },
    async countRunning(workflow) {
      let count = 0;
      for await (const _ of running(world, workflow)) count++;
      return count;
    },
    stuck: async () => [],
  };
}

async function* running(world: Machinery, workflow: FollowingWorkflow): AsyncIterable<string> {
  for await (const { type, workflowId, status } of known(world))
    if (type === workflow && status.name === 'RUNNING') yield workflowId;
}

async function* known(world: Machinery): AsyncIterable<WorkflowExecutionDescription> {
  for (const id of world.known) {
    try {
      const run = await world.client.workflow.getHandle(id).describe();
      if (WORKFLOWS.includes(run.type)) yield run;
    } catch (error) {
      if (!(error instanceof WorkflowNotFoundError)) throw error; // not every id was started
    }
  }
}
