import { proxyActivities, proxyLocalActivities } from '@temporalio/workflow';
import type { OrderActivities, StripeActivities } from '../activities';
import { TASK_QUEUES } from '../messages/names';

/**
 * Steps in PostgreSQL, inside the workflow task: a few tries in a few seconds, one marker in the history. One that cannot be done is parked
 * (order/desk.ts), never retried here for long, for it holds the workflow task.
 */
export const database = proxyLocalActivities<OrderActivities>({
  startToCloseTimeout: '5s',
  scheduleToCloseTimeout: '6s',
  retry: { initialInterval: '100ms', backoffCoefficient: 2, maximumInterval: '1s' },
});

/** The same steps as regular activities, where nothing waits for them and they may be retried for as long as it takes. */
export const slowDatabase = proxyActivities<OrderActivities>({
  taskQueue: TASK_QUEUES.orders,
  startToCloseTimeout: '10s',
  retry: { initialInterval: '1s', backoffCoefficient: 2, maximumInterval: '1m' },
});

const stripeProfile = {
  taskQueue: TASK_QUEUES.stripe,
  startToCloseTimeout: '20s',
  // After this long the step is parked in sight of staff, and goes on from there.
  scheduleToCloseTimeout: '5m',
  retry: { initialInterval: '500ms', backoffCoefficient: 2, maximumInterval: '30s' },
} as const;

/** Calls to Stripe that decide about money: before the others when the fleet's limit is reached. */
export const stripe = proxyActivities<StripeActivities>({ ...stripeProfile, priority: { priorityKey: 1 } });
/** Following a refund, for as long as Stripe takes to answer. */
export const stripePatient = proxyActivities<StripeActivities>({
  taskQueue: TASK_QUEUES.stripe,
  startToCloseTimeout: '20s',
  retry: { initialInterval: '1s', backoffCoefficient: 2, maximumInterval: '10m' },
  priority: { priorityKey: 2 },
});

/** Closing tills can wait a little. */
export const stripeLater = proxyActivities<StripeActivities>({ ...stripeProfile, priority: { priorityKey: 4 } });

/** Mail goes beside the order: tried for an hour, then in sight of staff. */
export const post = proxyActivities<OrderActivities>({
  taskQueue: TASK_QUEUES.orders,
  startToCloseTimeout: '1m',
  scheduleToCloseTimeout: '1h',
  retry: { initialInterval: '2s', backoffCoefficient: 2, maximumInterval: '5m' },
});
