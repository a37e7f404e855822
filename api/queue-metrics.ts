import type { Client } from '@temporalio/client';
import { Gauge, type Registry } from 'prom-client';
import { inTime } from '../platform/in-time';
import type { Logger } from '../platform/logger';
import { shared } from '../platform/shared';
import { describeQueues, type QueueState } from '../platform/task-queues';

/** The server counts again after five seconds. */
const KEPT_MS = 5_000;
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
    inTime({ log }, 'task queues', () => describeQueues(temporal)),
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
  gauge(
    'holdfast_task_queue_pollers',
    'Workers that have asked for tasks in the last 90 s',
    ({ pollers }) => pollers.length,
  );
}
