import { Counter, type Registry } from 'prom-client';

/** The metrics of activities, beside those of every Node process. */
export interface ActivityMetrics {
  strays: Counter;
  notices: Counter<'kind' | 'concerns'>;
  repaired: Counter;
}

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
});
