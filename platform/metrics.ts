import { collectDefaultMetrics, Gauge, Registry } from 'prom-client';
import { version } from '../package.json';
import { endOf } from './certificates';

/**
 * A registry for one process's Prometheus metrics, with Node's own (memory, event loop, garbage collection) and the
 * build's version included.
 */
export function createRegistry(process: 'api' | 'worker'): Registry {
  const registry = new Registry();
  registry.setDefaultLabels({ process });
  collectDefaultMetrics({ register: registry });
  new Gauge({
    name: 'holdfast_build_info',
    help: 'Always 1; the labels say which build runs, on which Node',
    labelNames: ['version', 'node'],
    registers: [registry],
  }).set({ version, node: globalThis.process.versions.node }, 1);
  return registry;
}

/** Buckets for what a shopper or Stripe waits for. 3 s is where the alert about slow checkouts begins. */
export const WAITING_BUCKETS = [0.05, 0.1, 0.25, 0.5, 1, 2, 3, 5, 10];

/**
 * Says when the client certificate for Temporal ends. Without one there is no such metric.
 * @param pem the certificate, as `@temporalio/envconfig` has read it
 */
export function watchCertificate(registry: Registry, pem: Uint8Array | undefined): void {
  if (pem === undefined) return;
  new Gauge({
    name: 'holdfast_temporal_certificate_expires_timestamp_seconds',
    help: 'When the client certificate for Temporal ends, as a Unix time',
    registers: [registry],
  }).set(endOf(pem).getTime() / 1000);
}
