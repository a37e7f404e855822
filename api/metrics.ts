import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import { SUBSCRIBED_TYPES } from '../domain/events';
import { WAITING_BUCKETS } from '../platform/metrics';
import type { Admission } from './storefront/checkout/admission';

/** The API's own metrics. Labels come from fixed tables, so their number is bounded. */
export interface ApiMetrics {
  registry: Registry;
  requests: Histogram<'method' | 'route' | 'status'>;
  checkouts: Counter<'outcome'>;
  checkoutTime: Histogram<'outcome'>;
  webhooks: Counter<'type' | 'answer'>;
  webhookTime: Histogram<'type'>;
  mailEvents: Counter<'type' | 'answer'>;
  streams: Gauge;
}

export function createApiMetrics(registry: Registry, admission: Admission): ApiMetrics {
  const registers = [registry];
  watch(admission, registers);
  const metrics: ApiMetrics = {
    registry,
    requests: new Histogram({
      name: 'holdfast_http_request_duration_seconds',
      help: 'How long requests took, by route',
      labelNames: ['method', 'route', 'status'],
      buckets: [0.005, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
      registers,
    }),
    checkouts: new Counter({
      name: 'holdfast_checkouts_total',
      help: 'Checkout requests by outcome: opened, or the code of the problem',
      labelNames: ['outcome'],
      registers,
    }),
    checkoutTime: new Histogram({
      name: 'holdfast_checkout_duration_seconds',
      help: 'How long checkout requests took, by outcome: opened, refused (4xx) or failed (5xx)',
      labelNames: ['outcome'],
      buckets: WAITING_BUCKETS,
      registers,
    }),
    webhooks: new Counter({
      name: 'holdfast_webhooks_total',
      help: 'Deliveries from Stripe by event type (`other` for those not routed) and response',
      labelNames: ['type', 'answer'],
      registers,
    }),
    webhookTime: new Histogram({
      name: 'holdfast_webhook_duration_seconds',
      help: 'How long deliveries from Stripe took to be answered, by event type',
      labelNames: ['type'],
      buckets: WAITING_BUCKETS,
      registers,
    }),
    mailEvents: new Counter({
      name: 'holdfast_mail_events_total',
      help: 'Deliveries from Resend by event type (`other` for those that say nothing here) and response',
      labelNames: ['type', 'answer'],
      registers,
    }),
    streams: new Gauge({
      name: 'holdfast_streams_open',
      help: 'Open streams of shoppers following their order',
      registers,
    }),
  };
  // From the start, so that the first of its kind is a rise: Prometheus does not see the rise of what was not there.
  metrics.checkouts.inc({ outcome: 'opened' }, 0);
  for (const outcome of ['opened', 'refused', 'failed']) metrics.checkoutTime.zero({ outcome });
  for (const type of [...SUBSCRIBED_TYPES, 'other'])
    for (const answer of ['200', 'unavailable']) metrics.webhooks.inc({ type, answer }, 0);
  metrics.webhooks.inc({ type: 'unread', answer: 'invalid_signature' }, 0);
  return metrics;
}

/** Read when they are asked for: nothing has to tell them. */
function watch(admission: Admission, registers: Registry[]): void {
  new Gauge({
    name: 'holdfast_checkouts_limit',
    help: 'How many checkouts this process opens at a time',
    registers,
    collect() {
      this.set(admission.limit);
    },
  });
  new Gauge({
    name: 'holdfast_checkouts_under_way',
    help: 'Checkouts that are being opened, or wait for their turn',
    labelNames: ['state'],
    registers,
    collect() {
      this.set({ state: 'opening' }, admission.underWay);
      this.set({ state: 'waiting' }, admission.waiting);
    },
  });
  new Counter({
    name: 'holdfast_checkouts_turned_away_total',
    help: 'Checkouts refused because more shoppers came than are served',
    registers,
    collect() {
      this.reset();
      this.inc(admission.refused);
    },
  });
}
