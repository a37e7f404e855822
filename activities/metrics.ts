import { Counter, type Registry } from 'prom-client';

/** What activities count, beside what every Node process does. */
export interface ActivityMetrics {
  strays: Counter;
}

export const createActivityMetrics = (registry: Registry): ActivityMetrics => ({
  strays: new Counter({
    name: 'holdfast_stray_sessions_total',
    help: 'Complete Checkout Sessions that are not ours: taken up by nobody, and reported once',
    registers: [registry],
  }),
});
