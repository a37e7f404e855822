import { Counter, Histogram, type Registry } from 'prom-client';

/** The metrics of activities, beside those of every Node process. */
export interface ActivityMetrics {
  strays: Counter;
  notices: Counter<'kind' | 'concerns'>;
  repaired: Counter;
  mails: Counter<'template' | 'outcome'>;
  paidToCommitted: Histogram;
  paidToMailed: Histogram;
}

/** From a moment to the longest that nobody should have to wait. 600 s is where the alert about a paid order begins. */
const FOLLOWING_BUCKETS = [0.1, 0.25, 0.5, 1, 2.5, 5, 15, 60, 300, 600, 3_600];

/** Of sending events to the receiver. */
export interface EventMetrics {
  deliveries: Counter<'outcome'>;
}

export const createEventMetrics = (registry: Registry): EventMetrics => ({
  deliveries: new Counter({
    name: 'holdfast_event_deliveries_total',
    help: 'Tries to send an event to the receiver, by outcome: delivered or failed',
    labelNames: ['outcome'],
    registers: [registry],
  }),
});

export const createActivityMetrics = (registry: Registry): ActivityMetrics => ({
  strays: new Counter({
    name: 'holdfast_stray_sessions_total',
    help: 'Complete Checkout Sessions that are not ours: taken up by nobody, and reported once',
    registers: [registry],
  }),
  notices: new Counter({
    name: 'holdfast_notices_total',
    help: 'Reviews, early fraud warnings, failed payments and payouts that were looked at, by whom they concern',
    labelNames: ['kind', 'concerns'],
    registers: [registry],
  }),
  repaired: new Counter({
    name: 'holdfast_sweep_repaired_total',
    help: 'Orders that a sweep found to differ from Stripe, and that came right',
    registers: [registry],
  }),
  mails: new Counter({
    name: 'holdfast_mails_total',
    help: 'Tries to send a mail, by template and outcome: sent, refused for good, or failed for now',
    labelNames: ['template', 'outcome'],
    registers: [registry],
  }),
  paidToCommitted: new Histogram({
    name: 'holdfast_order_paid_to_committed_seconds',
    help: 'From when an order was first seen paid until its goods were its own; the count is that of paid orders',
    buckets: FOLLOWING_BUCKETS,
    registers: [registry],
  }),
  paidToMailed: new Histogram({
    name: 'holdfast_order_paid_to_mailed_seconds',
    help: 'From when an order was first seen paid until the provider took its confirmation',
    buckets: FOLLOWING_BUCKETS,
    registers: [registry],
  }),
});
