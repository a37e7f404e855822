import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Client } from '@temporalio/client';
import type { Registry } from 'prom-client';
import type { Deps } from '../../activities/deps';
import { createActivityMetrics, createEventMetrics } from '../../activities/metrics';
import { createApiMetrics } from '../../api/metrics';
import { createQueueMetrics } from '../../api/queue-metrics';
import { Admission } from '../../api/storefront/checkout/admission';
import { systemClock } from '../../platform/clock';
import { createRegistry, watchCertificate } from '../../platform/metrics';
import { createStripeMetrics } from '../../platform/stripe-metrics';
import { createPoolMetrics } from '../../store/pool-metrics';
import { createEventGauge } from '../../worker/event-gauge';
import { createShopMetrics } from '../../worker/shop-metrics';
import { createSweepMetrics } from '../../worker/sweep-metrics';

/** Every metric of ours that the two processes have, with its labels. */
export function labelsOfMetrics(): [name: string, labels: string[]][] {
  const known = [workers(), apis()].flatMap((registry) => registry.getMetricsAsArray());
  const ours = known.filter(({ name }) => name.startsWith('holdfast_'));
  return [...new Map(ours.map((metric) => [metric.name, labelsOf(metric)]))];
}

const labelsOf = (metric: object): string[] => (metric as { labelNames?: string[] }).labelNames ?? [];

function workers(): Registry {
  const registry = createRegistry('worker');
  const deps = { clock: systemClock } as Deps;
  createActivityMetrics(registry);
  createEventMetrics(registry);
  createEventGauge(registry, deps);
  createSweepMetrics(registry, deps);
  createShopMetrics(registry, deps);
  createStripeMetrics(registry);
  createPoolMetrics(registry, {});
  return registry;
}

function apis(): Registry {
  const registry = createRegistry('api');
  createApiMetrics(registry, new Admission());
  createQueueMetrics(registry, { temporal: {} as Client, log: { warn: () => undefined } });
  watchCertificate(registry, CERTIFICATE);
  return registry;
}

/** A certificate whose key nobody has. */
const CERTIFICATE = readFileSync(join(__dirname, 'certificate.pem'));
