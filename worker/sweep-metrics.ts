import { Gauge, type Registry } from 'prom-client';
import type { Deps } from '../activities/deps';
import { DISCREPANCY_KINDS } from '../domain/discrepancy';
import { ALARM_CAUSES } from '../domain/fault';
import { inTime } from '../platform/in-time';
import { isRaised, openAlarms } from '../store/alarms/alarms';
import { countOpenByKind } from '../store/reconciliation/discrepancies';
import { sweptUntil } from '../store/reconciliation/sweeps';
import { countLowStock } from '../store/stock/warnings';

/**
 * Gauges about sweeps and the account on the worker's `/metrics`, read from the database at each scrape. Every worker
 * reports the same.
 */
export function createSweepMetrics(registry: Registry, deps: Pick<Deps, 'db' | 'clock' | 'log'>): void {
  const { db, clock } = deps;
  const started = clock.now();
  const discrepancies = inTime(deps, 'open discrepancies', () => countOpenByKind(db));
  const alarms = inTime(deps, 'alarms of the account', () => openAlarms(db)); // two gauges share one read
  const lowStock = inTime(deps, 'low stock', () => countLowStock(db));
  const lastSweep = inTime(deps, 'age of the last sweep', () => sweptUntil(db).then((at) => ({ at })));
  new Gauge({
    name: 'holdfast_discrepancies_open',
    help: 'Open disagreements between Stripe and the orders, by kind',
    labelNames: ['kind'],
    registers: [registry],
    async collect() {
      const open = await discrepancies();
      this.reset();
      if (open === null) return;
      for (const kind of DISCREPANCY_KINDS) this.set({ kind }, open[kind]);
    },
  });
  new Gauge({
    name: 'holdfast_account_refused',
    help: 'What stops many orders at once, by cause: 1, or how many permissions, reasons or kinds of runs; 0 when right',
    labelNames: ['cause'],
    registers: [registry],
    async collect() {
      const open = await alarms();
      this.reset();
      const at = new Date(clock.now());
      const raised = open?.filter((alarm) => isRaised(alarm, at));
      for (const cause of raised ? ALARM_CAUSES : [])
        this.set({ cause }, raised?.filter((alarm) => alarm.cause === cause).length ?? 0);
    },
  });
  new Gauge({
    name: 'holdfast_stripe_permission_missing',
    help: 'Permissions that the Stripe key lacks: 1 for each; none when it has all',
    labelNames: ['permission'],
    registers: [registry],
    async collect() {
      const open = await alarms();
      this.reset();
      for (const { cause, subject } of open ?? [])
        if (cause === 'stripe_permission') this.set({ permission: subject }, 1);
    },
  });
  new Gauge({
    name: 'holdfast_stock_low',
    help: 'Products on sale of which fewer are on hand than staff want',
    labelNames: [],
    registers: [registry],
    async collect() {
      const low = await lowStock();
      this.remove();
      if (low !== null) this.set(low);
    },
  });
  new Gauge({
    name: 'holdfast_sweep_age_seconds',
    help: 'Seconds since the last successful sweep began; until one has succeeded, since this worker started',
    labelNames: [],
    registers: [registry],
    async collect() {
      const until = await lastSweep();
      this.remove();
      if (until) this.set(Math.max(0, Math.round((clock.now() - (until.at?.getTime() ?? started)) / 1000)));
    },
  });
}
