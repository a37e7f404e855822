import { ActivityCancellationType, proxyActivities, proxyLocalActivities } from '@temporalio/workflow';
import type { OrderActivities, StripeActivities } from '../activities';
import { TASK_QUEUES } from '../messages/names';
import { behindOthers } from '../messages/policies';
import { oneAtATime } from './one-at-a-time';

/**
 * Steps in PostgreSQL, inside the workflow task: a few attempts in a few seconds, one marker in the history. They
 * block the workflow task, so a step that keeps failing is not retried here for long but parked (parking.ts). Both
 * limits are needed: the time-out ends attempts that hang, but the SDK forgets it if it runs out between two attempts
 * (`local_activities.rs` of its core, 1.24.0); the number ends attempts that fail at once, after some four seconds.
 */
export const database = oneAtATime(
  proxyLocalActivities<OrderActivities>({
    startToCloseTimeout: '5s',
    scheduleToCloseTimeout: '6s',
    retry: { initialInterval: '100ms', backoffCoefficient: 2, maximumInterval: '1s', maximumAttempts: 7 },
  }),
);

/** The same steps as regular activities, which are tried for longer before they park. */
export const databaseTask = proxyActivities<OrderActivities>({
  taskQueue: TASK_QUEUES.orders,
  startToCloseTimeout: '10s',
  scheduleToCloseTimeout: '5m',
  retry: { initialInterval: '1s', backoffCoefficient: 2, maximumInterval: '1m' },
});

/** The same steps, for cases where nothing waits for them and they can be retried without end. */
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
/** Following what is beside an order: a refund, a dispute, a notice. */
export const stripeFollowing = proxyActivities<StripeActivities>({ ...stripeProfile, priority: { priorityKey: 2 } });

/** Expiring sessions can wait a little. */
export const stripeLater = proxyActivities<StripeActivities>({ ...stripeProfile, priority: { priorityKey: 4 } });

/**
 * Moving one order of a bulk goes last. Each waits for the order's workflow, so it may take longer. If the bulk is
 * cancelled meanwhile, the order at hand is moved to its end first.
 */
export const stripeInBulk = proxyActivities<StripeActivities>({
  ...stripeProfile,
  startToCloseTimeout: '1m',
  cancellationType: ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
  priority: { priorityKey: 5 },
});

const postProfile = {
  ...HEARTBEAT,
  taskQueue: TASK_QUEUES.orders,
  ...behindOthers,
  startToCloseTimeout: '1m',
  retry: { initialInterval: '2s', backoffCoefficient: 2, maximumInterval: '5m' },
} as const;

/** Mail runs in the background. It is retried for an hour, then it parks. */
export const post = proxyActivities<OrderActivities>({ ...postProfile, scheduleToCloseTimeout: '1h' });
/** The mails of a run beside an order, which has no place to park them. They are retried for a day. */
export const postForADay = proxyActivities<OrderActivities>({ ...postProfile, scheduleToCloseTimeout: '1d' });
