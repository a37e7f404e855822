import { collectDefaultMetrics, Registry } from 'prom-client';

/**
 * A registry for one process's Prometheus metrics, with Node's own (memory, event loop, garbage collection) included.
 */
export function createRegistry(process: 'api' | 'worker'): Registry {
  const registry = new Registry();
  registry.setDefaultLabels({ process });
  collectDefaultMetrics({ register: registry });
  return registry;
}
