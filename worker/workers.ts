import type { DataConverter } from '@temporalio/common';
import {
  type ActivityInterceptorsFactory,
  type InjectedSinks,
  type NativeConnection,
  Worker,
  type WorkerOptions,
} from '@temporalio/worker';
import { createActivities } from '../activities';
import type { Deps } from '../activities/deps';
import { TASK_QUEUES } from '../messages/names';
import { isTracing } from '../platform/trace';
import type { TraceSinks } from '../workflows/tracing';
import { activityContext } from './activity-context';
import { versionOf } from './current-version';
import { sendHeartbeats } from './heartbeats';

export interface WorkersConfig {
  connection: NativeConnection;
  namespace: string;
  /** Encrypts payloads, where there are keys. */
  dataConverter: DataConverter;
  deps: Deps;
  workflowBundle: NonNullable<WorkerOptions['workflowBundle']>;
  /** Makes them one version of the deployment; undefined takes tasks of every version. */
  buildId?: string | undefined;
  /** Calls to Stripe per second, from the whole fleet. */
  stripeMaxPerSecond: number;
  /** Around every step, within its heartbeats. */
  interceptors?: ActivityInterceptorsFactory[];
}

/** How long running steps may take to finish after SIGTERM; the process must exit within 20 s. */
const SHUTDOWN_GRACE = '12s';

/**
 * The two workers of a process. `orders` runs workflows, database steps and mail; `stripe` calls Stripe, within a
 * rate limit that the Temporal server enforces for the whole fleet.
 */
export async function createWorkers({
  connection,
  namespace,
  dataConverter,
  deps,
  workflowBundle,
  buildId,
  stripeMaxPerSecond,
  interceptors = [],
}: WorkersConfig): Promise<Worker[]> {
  const activities = createActivities(deps);
  const tracing = isTracing() ? loadTracing() : NOT_TRACING;
  const common: Omit<WorkerOptions, 'taskQueue'> = {
    connection,
    namespace,
    dataConverter,
    ...(buildId !== undefined && { workerDeploymentOptions: versionOf(buildId) }),
    shutdownGraceTime: SHUTDOWN_GRACE,
    shutdownForceTime: '16s',
    interceptors: { activity: [...tracing.activity, activityContext, sendHeartbeats, ...interceptors] },
  };
  return [
    await Worker.create({
      ...common,
      taskQueue: TASK_QUEUES.orders,
      workflowBundle,
      ...(tracing.sinks && { sinks: tracing.sinks }),
      activities: activities.orders,
      // How long the orders of a killed worker wait before another worker takes over; the default is 10 s.
      stickyQueueScheduleToStartTimeout: '2s',
      // With so many, and 10,000 orders open, a worker stays under 1 GiB (docs/performance.md). An order that is not
      // among them costs 27 ms more when its payment comes: it is replayed.
      maxCachedWorkflows: 600,
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

interface Tracing {
  activity: ActivityInterceptorsFactory[];
  sinks?: InjectedSinks<TraceSinks>;
}

const NOT_TRACING: Tracing = { activity: [] };

function loadTracing(): Tracing {
  const { tracedActivity, traceSinks } = require('./tracing') as typeof import('./tracing');
  return { activity: [tracedActivity], sinks: traceSinks };
}
