import { proxyActivities, proxyLocalActivities } from '@temporalio/workflow';
import type { OrderActivities, StripeActivities } from '../activities';
import { TASK_QUEUES } from '../messages/names';

/**
 * Steps in PostgreSQL, inside the workflow task: a few attempts in a few seconds, one marker in the history. They
 * block the workflow task, so a step that keeps failing is not retried here for long but parked (parking.ts).
 */
export const database = proxyLocalActivities<OrderActivities>({
  startToCloseTimeout: '5s',
  scheduleToCloseTimeout: '6s',
  retry: { initialInterval: '100ms', backoffCoefficient: 2, maximumInterval: '1s' },
});

/** The same steps as regular activities, for cases where nothing waits for them and they can be retried without end. */
export const slowDatabase = proxyActivities<OrderActivities>({
  taskQueue: TASK_QUEUES.orders,
  startToCloseTimeout: '10s',
  retry: { initialInterval: '1s', backoffCoefficient: 2, maximumInterval: '1m' },
});

/**
 * How long a worker may be silent before Temporal has the activity tried again by another one. Workers send heartbeats
 * for as long as they work (worker/heartbeats.ts), so the time that an activity may take does not matter here.
 */
const HEARTBEAT = { heartbeatTimeout: '10s' } as const;

const stripeProfile = {
  ...HEARTBEAT,
  taskQueue: TASK_QUEUES.stripe,
  startToCloseTimeout: '20s',
  // After this long, the step parks and is retried from there.
  scheduleToCloseTimeout: '5m',
  retry: { initialInterval: '500ms', backoffCoefficient: 2, maximumInterval: '30s' },
} as const;

/** Calls to Stripe that decide about money. They go first when the fleet's limit is reached. */
export const stripe = proxyActivities<StripeActivities>({ ...stripeProfile, priority: { priorityKey: 1 } });
/** Following a refund, for as long as Stripe takes to answer. */
export const stripePatient = proxyActivities<StripeActivities>({
  ...HEARTBEAT,
  taskQueue: TASK_QUEUES.stripe,
  startToCloseTimeout: '20s',
  retry: { initialInterval: '1s', backoffCoefficient: 2, maximumInterval: '10m' },
  priority: { priorityKey: 2 },
});

/** Expiring sessions can wait a little. */
export const stripeLater = proxyActivities<StripeActivities>({ ...stripeProfile, priority: { priorityKey: 4 } });

/** Mail runs in the background. It is retried for an hour, then it parks. */
export const post = proxyActivities<OrderActivities>({
  ...HEARTBEAT,
  taskQueue: TASK_QUEUES.orders,
  startToCloseTimeout: '1m',
  scheduleToCloseTimeout: '1h',
  retry: { initialInterval: '2s', backoffCoefficient: 2, maximumInterval: '5m' },
});
