import { type NativeConnection, Worker, type WorkerOptions } from '@temporalio/worker';
import { createActivities } from '../activities';
import type { Deps } from '../activities/deps';
import { TASK_QUEUES } from '../messages/names';

export interface WorkersConfig {
  connection: NativeConnection;
  namespace: string;
  deps: Deps;
  workflowBundle: NonNullable<WorkerOptions['workflowBundle']>;
  /** Calls to Stripe a second from the whole fleet. */
  stripeMaxPerSecond: number;
}

/** How long running steps may take to end after SIGTERM; a process must be gone within 20 s. */
const SHUTDOWN_GRACE = '12s';

/**
 * The two workers of a process: `orders` runs workflows, database steps and mail; `stripe` calls Stripe, with a limit that the server keeps
 * for the whole fleet, however many processes there are.
 */
export async function createWorkers({
  connection,
  namespace,
  deps,
  workflowBundle,
  stripeMaxPerSecond,
}: WorkersConfig): Promise<Worker[]> {
  const activities = createActivities(deps);
  const common = { connection, namespace, shutdownGraceTime: SHUTDOWN_GRACE, shutdownForceTime: '16s' } as const;
  return [
    await Worker.create({
      ...common,
      taskQueue: TASK_QUEUES.orders,
      workflowBundle,
      activities: activities.orders,
      // How long the orders of a worker that was killed wait before another takes them up; the default is 10 s.
      stickyQueueScheduleToStartTimeout: '2s',
      maxCachedWorkflows: 2000,
      maxConcurrentActivityTaskExecutions: 20,
      maxConcurrentLocalActivityExecutions: 20,
    }),
    await Worker.create({
      ...common,
      taskQueue: TASK_QUEUES.stripe,
      activities: activities.stripe,
      maxConcurrentActivityTaskExecutions: 25,
      maxTaskQueueActivitiesPerSecond: stripeMaxPerSecond,
    }),
  ];
}
