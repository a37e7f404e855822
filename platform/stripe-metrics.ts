import { Histogram, type Registry } from 'prom-client';
import type Stripe from 'stripe';
import { STRIPE_PERMISSIONS } from './stripe-permissions';

/** Hears of every call to Stripe when it is answered, or has failed. */
export type StripeCalls = (call: StripeCall) => void;

interface StripeCall {
  endpoint: string;
  method: string;
  outcome: 'ok' | 'refused' | 'limited' | 'failed' | 'unreachable';
  seconds: number;
}

/** Counts and times the calls to Stripe of one process. */
export function createStripeMetrics(registry: Registry): StripeCalls {
  const calls = new Histogram({
    name: 'holdfast_stripe_request_duration_seconds',
    help: 'How long calls to Stripe took, by endpoint and outcome',
    labelNames: ['method', 'endpoint', 'outcome'],
    buckets: [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 12],
    registers: [registry],
  });
  return ({ seconds, ...labels }) => calls.observe(labels, seconds);
}

/** Reports each call: it is over when Stripe's status is there. */
export function timed(http: Stripe.HttpClient, calls: StripeCalls | undefined): Stripe.HttpClient {
  if (!calls) return http;
  return {
    getClientName: () => http.getClientName(),
    async makeRequest(...request) {
      const [, , path, method] = request;
      const began = performance.now();
      const report = (outcome: StripeCall['outcome']) =>
        calls({ endpoint: endpointOf(path), method, outcome, seconds: (performance.now() - began) / 1000 });
      try {
        const response = await http.makeRequest(...request);
        report(outcomeOf(response.getStatusCode()));
        return response;
      } catch (error) {
        report('unreachable');
        throw error;
      }
    },
  };
}

function outcomeOf(status: number): StripeCall['outcome'] {
  if (status === 429) return 'limited';
  if (status >= 500) return 'failed';
  return status >= 400 ? 'refused' : 'ok';
}

/** What stands behind the id in the addresses that are called. */
const BEHIND_ID = /^[^/]+(?:\/(expire|line_items))?$/;

/**
 * The address of a call with `{id}` in place of ids, so that there are few: one of those in `STRIPE_PERMISSIONS`, or
 * `other`.
 */
export function endpointOf(path: string): string {
  const [address = path] = path.split('?');
  const known = STRIPE_PERMISSIONS.find((one) => address === one.path || address.startsWith(`${one.path}/`));
  if (known === undefined) return 'other';
  if (address === known.path) return address;
  const [, behind] = BEHIND_ID.exec(address.slice(known.path.length + 1)) ?? [];
  return behind === undefined ? `${known.path}/{id}` : `${known.path}/{id}/${behind}`;
}
