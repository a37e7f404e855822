import {
  type Client,
  ServiceError,
  type WorkflowExecutionStatusName,
  type WorkflowHandle,
  WorkflowNotFoundError,
} from '@temporalio/client';
import type { FollowingWorkflow, RunState, StuckRun, WorkflowRuns } from '../activities/deps';
import type { OrderStatus } from '../domain/order';
import { SEARCH_ATTRIBUTES } from '../messages/search-attributes';

/** The largest page of Temporal's lists. */
const PAGE = 1_000;
/** The rest of the stuck runs is counted by the next sweep: one cause has one alarm, however many runs it stops. */
const MOST_STUCK = 1_000;

/** What Temporal's lists (its visibility store) and descriptions say of runs. */
export const createWorkflowRuns = (client: Pick<Client, 'workflow' | 'workflowService' | 'options'>): WorkflowRuns => {
  const { workflow } = client;
  return {
    async *closedSince(since) {
      const died = `WorkflowType IN ('refund', 'dispute', 'notice') AND ExecutionStatus IN (${DEAD})`;
      // To visibility on PostgreSQL (server 1.31), runs that are open close in the year 9999.
      const closed = `CloseTime >= '${since.toISOString()}' AND ExecutionStatus != 'Running'`;
      const query = `${closed} AND (WorkflowType = 'order' OR (${died}))`;
      for await (const { type, workflowId, closeTime = since } of workflow.list({ query, pageSize: PAGE }))
        yield { workflow: type as FollowingWorkflow, id: workflowId, closedAt: closeTime };
    },

    async *running(name) {
      const query = runningOnes(name);
      for await (const { workflowId: id, typedSearchAttributes } of workflow.list({ query, pageSize: PAGE })) {
        const reached = typedSearchAttributes.get(SEARCH_ATTRIBUTES.orderStatus) as OrderStatus | undefined;
        yield { id, reached: reached ?? null };
      }
    },

    async countRunning(name) {
      return (await workflow.count(runningOnes(name))).count;
    },

    async lastSweep() {
      const query = "WorkflowType = 'reconcile' AND ExecutionStatus = 'Completed'"; // the last to close comes first
      for await (const { workflowId, runId } of workflow.list({ query, pageSize: 1 }))
        return { id: await idOf(workflow.getHandle(workflowId, runId)) };
      return null;
    },

    async stateOf(id) {
      try {
        return STATES[(await workflow.getHandle(id).describe()).status.name] ?? 'dead';
      } catch (error) {
        if (error instanceof WorkflowNotFoundError) return 'absent';
        throw error;
      }
    },

    async stuck() {
      if (!(await listsProblems(client))) return null;
      const stuck: StuckRun[] = [];
      const query = `ExecutionStatus = 'Running' AND ${PROBLEMS} IN ('category=WorkflowTaskFailed', 'category=WorkflowTaskTimedOut')`;
      for await (const { type, workflowId, searchAttributes } of workflow.list({ query, pageSize: PAGE })) {
        stuck.push({ workflow: type, id: workflowId, cause: causeOf(searchAttributes[PROBLEMS]) });
        if (stuck.length === MOST_STUCK) break;
      }
      return stuck;
    },

    async needingAttention() {
      const found: Pick<StuckRun, 'workflow' | 'id'>[] = [];
      const query = `WorkflowType IN ('refund', 'dispute', 'notice') AND ExecutionStatus = 'Running' AND NeedsAttention = true`;
      for await (const { type, workflowId } of workflow.list({ query, pageSize: PAGE })) {
        found.push({ workflow: type, id: workflowId });
        if (found.length === MOST_STUCK) break;
      }
      return found;
    },
  };
};

/** A result cannot be read without the key that encrypted it, nor once the history behind a list is gone. */
async function idOf(sweep: Pick<WorkflowHandle, 'result'>): Promise<string | null> {
  try {
    const result: unknown = await sweep.result();
    return typeof result === 'object' && result !== null && 'id' in result ? String(result.id) : null;
  } catch (error) {
    if (error instanceof ServiceError) throw error; // Temporal is away: the sweep tries again
    return null;
  }
}

/**
 * Where Temporal notes that a run's tasks fail again and again, since server 1.30
 * (https://docs.temporal.io/encyclopedia/detecting-workflow-failures).
 */
const PROBLEMS = 'TemporalReportedProblems';

async function listsProblems({
  workflowService,
  options: { namespace },
}: Pick<Client, 'workflowService' | 'options'>): Promise<boolean> {
  const { namespaceInfo } = await workflowService.describeNamespace({ namespace });
  return namespaceInfo?.capabilities?.reportedProblemsSearchAttribute === true;
}

/** @param problems `category=…` and `cause=…` */
const causeOf = (problems: unknown): string =>
  (Array.isArray(problems) ? problems.map(String) : [])
    .find((one) => one.startsWith('cause='))
    ?.replace(/^cause=(?:WorkflowTaskFailedCause)?/, '') ?? 'TimedOut';

const runningOnes = (name: FollowingWorkflow): string => `WorkflowType = '${name}' AND ExecutionStatus = 'Running'`;

const DEAD = "'Failed', 'Canceled', 'Terminated', 'TimedOut'";
const STATES: Partial<Record<WorkflowExecutionStatusName, RunState>> = {
  RUNNING: 'running',
  CONTINUED_AS_NEW: 'running',
  COMPLETED: 'completed',
};
