import { Gauge, type Registry } from 'prom-client';
import type { Deps } from '../activities/deps';
import { inTime } from '../platform/in-time';
import { oldestPending } from '../store/events/deliveries';

/**
 * A gauge about events on the worker's `/metrics`, read from the database at each scrape. Every worker reports the
 * same.
 */
export function createEventGauge(registry: Registry, deps: Pick<Deps, 'db' | 'clock' | 'log'>): void {
  const readOldest = inTime(deps, 'oldest pending event', () => oldestPending(deps.db).then((at) => ({ at })));
  new Gauge({
    name: 'holdfast_events_oldest_pending_seconds',
    help: 'How long ago the oldest event happened that the receiver has not taken and is still to get; 0 if there is none',
    registers: [registry],
    async collect() {
      const oldest = await readOldest();
      this.remove();
      if (oldest)
        this.set(oldest.at === null ? 0 : Math.max(0, Math.round((deps.clock.now() - oldest.at.getTime()) / 1000)));
    },
  });
}
