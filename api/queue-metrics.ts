import type { Client } from '@temporalio/client';
import { Gauge, type Registry } from 'prom-client';
import { TASK_QUEUES } from '../messages/names';
import { inTime } from '../platform/in-time';
import type { Logger } from '../platform/logger';
import { shared } from '../platform/shared';

/** How long a call may take: as long as a scrape waits for it. */
const PATIENCE_MS = 2_000;
/** The server counts again after five seconds. */
const KEPT_MS = 5_000;
/** A poll is open for a minute. The server lists a worker that is gone for four minutes more. */
const GONE_MS = 90_000;

/** `temporal.api.enums.v1.TaskQueueType` */
const TYPES = { workflow: 1, activity: 2 } as const;

/**
 * Gauges about Temporal's task queues on the API's `/metrics`: the workers' own would be silent when no worker is
 * there. Read from Temporal at a scrape, at most every five seconds. Every API process reports the same.
 */
export function createQueueMetrics(
  registry: Registry,
  { temporal, log }: { temporal: Client; log: Pick<Logger, 'warn'> },
): void {
  const queues = shared(
    KEPT_MS,
    inTime({ log }, 'task queues', () => describeAll(temporal)),
  );
  const gauge = (name: string, help: string, value: (queue: QueueState) => number) =>
    new Gauge({
      ...{ name, help },
      labelNames: ['task_queue', 'task_type'],
      registers: [registry],
      async collect() {
        const all = await queues();
        this.reset();
        for (const queue of all ?? []) this.set({ task_queue: queue.name, task_type: queue.type }, value(queue));
      },
    });
  gauge('holdfast_task_queue_backlog', 'Tasks that wait for a worker, as Temporal estimates', ({ backlog }) => backlog);
  gauge(
    'holdfast_task_queue_backlog_age_seconds',
    'How long the oldest of these tasks has waited; 0 if there is none',
    ({ ageSeconds }) => ageSeconds,
  );
  gauge('holdfast_task_queue_pollers', 'Workers that have asked for tasks in the last 90 s', ({ pollers }) => pollers);
}

interface QueueState {
  name: string;
  type: keyof typeof TYPES;
  backlog: number;
  ageSeconds: number;
  pollers: number;
}

const describeAll = (temporal: Client): Promise<QueueState[]> =>
  Promise.all(
    // The queue of the calls to Stripe has activities only.
    [...describing(TASK_QUEUES.orders, 'workflow', 'activity'), ...describing(TASK_QUEUES.stripe, 'activity')].map(
      ({ name, type }) => describe(temporal, name, type),
    ),
  );

const describing = (name: string, ...types: QueueState['type'][]) => types.map((type) => ({ name, type }));

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
    ...{ name, type, backlog, pollers: seen?.length ?? 0 },
    // The server goes on telling the age of a task that is taken already.
    ageSeconds: backlog === 0 ? 0 : Number(stats?.approximateBacklogAge?.seconds ?? 0),
  };
}
