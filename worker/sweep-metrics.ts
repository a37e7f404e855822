import { Gauge, type Registry } from 'prom-client';
import type { Deps } from '../activities/deps';
import { DISCREPANCY_KINDS } from '../domain/discrepancy';
import { countOpenByKind } from '../store/reconciliation/discrepancies';
import { sweptUntil } from '../store/reconciliation/sweeps';

/** A scrape that waits longer than this goes without these. */
const PATIENCE_MS = 2_000;

/** What the database knows of sweeps, as gauges on the worker's `/metrics`: read when they are asked for, the same from every worker. */
export function createSweepMetrics(registry: Registry, { db, clock }: Pick<Deps, 'db' | 'clock'>): void {
  new Gauge({
    name: 'holdfast_discrepancies_open',
    help: 'What Stripe and the orders do not agree about, by kind',
    labelNames: ['kind'],
    registers: [registry],
    async collect() {
      const open = await inTime(countOpenByKind(db));
      this.reset();
      if (open === null) return;
      for (const kind of DISCREPANCY_KINDS) this.set({ kind }, open[kind]);
    },
  });
  new Gauge({
    name: 'holdfast_sweep_age_seconds',
    help: 'Since when everything is known to have been swept; absent until a sweep has succeeded',
    labelNames: [],
    registers: [registry],
    async collect() {
      const until = await inTime(sweptUntil(db));
      this.remove();
      if (until) this.set(Math.max(0, Math.round((clock.now() - until.getTime()) / 1000)));
    },
  });
}

/** Null when the database does not answer: the rest of a scrape must not wait for it. */
async function inTime<T>(asked: Promise<T>): Promise<T | null> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<null>((resolve) => {
    timer = setTimeout(() => resolve(null), PATIENCE_MS);
  });
  return Promise.race([asked.catch(() => null), late]).finally(() => clearTimeout(timer));
}
