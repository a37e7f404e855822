import type { Client } from '@temporalio/client';
import { TASK_QUEUES } from '../messages/names';

/** How long a call may take: as long as a scrape waits for it. */
const PATIENCE_MS = 2_000;
/** A poll is open for a minute. The server lists a worker that is gone for four minutes more. */
const GONE_MS = 90_000;

/** `temporal.api.enums.v1.TaskQueueType` */
const TYPES = { workflow: 1, activity: 2 } as const;

/** A worker that has asked a queue for tasks in the last 90 s. */
export interface Poller {
  /** As `4711@host`. */
  identity: string;
  /** Of the code it runs; null if it does not say. */
  buildId: string | null;
}

export interface QueueState {
  name: string;
  type: keyof typeof TYPES;
  /** Tasks that wait, as Temporal estimates. */
  backlog: number;
  /** How long the oldest of them has waited; 0 if there is none. */
  ageSeconds: number;
  pollers: Poller[];
}

/** Every queue that workers ask for tasks. The one of the calls to Stripe has activities only. */
export const describeQueues = (temporal: Client): Promise<QueueState[]> =>
  Promise.all([
    describe(temporal, TASK_QUEUES.orders, 'workflow'),
    describe(temporal, TASK_QUEUES.orders, 'activity'),
    describe(temporal, TASK_QUEUES.stripe, 'activity'),
  ]);

async function describe(temporal: Client, name: string, type: QueueState['type']): Promise<QueueState> {
  const { pollers, stats } = await temporal.withDeadline(Date.now() + PATIENCE_MS, () =>
    temporal.workflowService.describeTaskQueue({
      namespace: temporal.options.namespace,
      taskQueue: { name },
      taskQueueType: TYPES[type],
      reportStats: true,
    }),
  );
  const backlog = Number(stats?.approximateBacklogCount ?? 0);
  const seen = pollers?.filter(({ lastAccessTime }) => Date.now() - Number(lastAccessTime?.seconds) * 1000 < GONE_MS);
  return {
    ...{ name, type, backlog },
    // The server goes on telling the age of a task that is taken already.
    ageSeconds: backlog === 0 ? 0 : Number(stats?.approximateBacklogAge?.seconds ?? 0),
    pollers: (seen ?? []).map(({ identity, deploymentOptions, workerVersionCapabilities }) => ({
      identity: identity ?? '',
      buildId: deploymentOptions?.buildId || workerVersionCapabilities?.buildId || null,
    })),
  };
}
