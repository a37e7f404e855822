import { Gauge, type Registry } from 'prom-client';
import type { Deps } from '../activities/deps';
import { ATTENTION_STEPS, type AttentionStep } from '../domain/attention';
import { isDecision, REASONS } from '../domain/order';
import { inTime } from '../platform/in-time';
import { shared } from '../platform/shared';
import { type Figures, readFigures } from '../store/figures/figures';

/** Scrapes that follow this closely share what was read. */
const KEPT_MS = 5_000;

/**
 * Gauges about the shop as a whole on the worker's `/metrics`: orders, holds, refunds and mails. Read from the
 * database at a scrape, all in one statement, at most every five seconds. Every worker reports the same.
 */
export function createShopMetrics(registry: Registry, deps: Pick<Deps, 'db' | 'clock' | 'log'>): void {
  const read = () => readFigures(deps.db, { at: new Date(deps.clock.now()) });
  const figures = shared(KEPT_MS, inTime(deps, 'figures of the shop', read));
  for (const { name, help, labels, values } of GAUGES)
    new Gauge({
      ...{ name, help },
      labelNames: labels,
      registers: [registry],
      async collect() {
        const read = await figures();
        this.reset();
        if (labels.length === 0) this.remove(); // a reset gauge without labels would tell 0
        for (const [value, ...of] of read ? values(read) : [])
          this.set(Object.fromEntries(labels.map((label, index) => [label, of[index] ?? ''])), value);
      },
    });
}

interface ShopGauge {
  name: string;
  help: string;
  labels: string[];
  /** Each value, with those of its labels. */
  values: (figures: Figures) => [value: number, ...labels: string[]][];
}

/** Steps are told with 0, too, so that a first call for staff is a rise. */
const STEPS = Object.keys(ATTENTION_STEPS) as AttentionStep[];
const causeOf = (step: AttentionStep) => (isDecision(step) ? 'report' : 'failure');
const attention = (figures: Figures, of: 'count' | 'oldestSeconds'): [number, ...string[]][] =>
  STEPS.map((step) => [figures.attention.find((one) => one.step === step)?.[of] ?? 0, step, causeOf(step)]);

const GAUGES: ShopGauge[] = [
  {
    name: 'holdfast_orders_open',
    help: 'Orders that have not ended, by status',
    labels: ['status'],
    values: ({ open }) => open.map(({ status, count }) => [count, status]),
  },
  {
    name: 'holdfast_orders_last_day',
    help: 'Orders of the last 24 hours, by their status now',
    labels: ['status'],
    values: ({ lastDay }) => lastDay.map(({ status, count }) => [count, status]),
  },
  {
    name: 'holdfast_orders_paid_uncommitted',
    help: 'Orders that are paid, whose goods are not theirs yet, and that do not wait for a person',
    labels: [],
    values: ({ uncommitted }) => [[uncommitted.count]],
  },
  {
    name: 'holdfast_orders_paid_uncommitted_oldest_seconds',
    help: 'How long ago the oldest of these was first seen paid; 0 if there is none',
    labels: [],
    values: ({ uncommitted }) => [[uncommitted.oldestSeconds]],
  },
  {
    name: 'holdfast_holds_active',
    help: 'Lines of orders whose stock is held',
    labels: [],
    values: ({ activeHolds }) => [[activeHolds]],
  },
  {
    name: 'holdfast_holds_active_oldest_seconds',
    help: 'How long ago the oldest order was made whose stock is held; 0 if there is none',
    labels: [],
    values: ({ oldestHoldSeconds }) => [[oldestHoldSeconds]],
  },
  {
    name: 'holdfast_holds_expired',
    help: 'Unpaid orders whose hold is over and that have not ended: Stripe has not confirmed yet that none can pay',
    labels: [],
    values: ({ expiredHolds }) => [[expiredHolds.count]],
  },
  {
    name: 'holdfast_holds_expired_oldest_seconds',
    help: 'How long ago the oldest of these holds was over; 0 if there is none',
    labels: [],
    values: ({ expiredHolds }) => [[expiredHolds.oldestSeconds]],
  },
  {
    name: 'holdfast_holds_overdue',
    help: 'Of the orders whose hold is over, those whose stock is still held',
    labels: [],
    values: ({ overdueHolds }) => [[overdueHolds.count]],
  },
  {
    name: 'holdfast_holds_overdue_oldest_seconds',
    help: 'How long ago the oldest of these holds was over; 0 if there is none',
    labels: [],
    values: ({ overdueHolds }) => [[overdueHolds.oldestSeconds]],
  },
  {
    name: 'holdfast_orders_needing_attention',
    help: 'Orders that need staff, by step, and by cause: a report to decide about, or a failure of the step',
    labels: ['step', 'cause'],
    values: (figures) => attention(figures, 'count'),
  },
  {
    name: 'holdfast_orders_needing_attention_oldest_seconds',
    help: 'How long the longest of these has needed staff',
    labels: ['step', 'cause'],
    values: (figures) => attention(figures, 'oldestSeconds'),
  },
  {
    name: 'holdfast_orders_return_requested',
    help: 'Orders whose customer waits for an answer to a request to return',
    labels: [],
    values: ({ returnsRequested }) => [[returnsRequested]],
  },
  {
    name: 'holdfast_refunds_open',
    help: 'Refunds that Stripe or the bank have not decided about, or that Stripe refuses, by reason and state',
    labels: ['reason', 'state'],
    values: ({ openRefunds }) => openRefunds.map(({ reason, status, count }) => [count, reason, status]),
  },
  {
    name: 'holdfast_refunds_last_day',
    help: 'Refunds that have changed in the last 24 hours, by reason and state',
    labels: ['reason', 'state'],
    values: ({ refundsLastDay }) => [
      ...REASONS.filter((one) => refundsLastDay.every(({ reason }) => reason !== one)).map(
        (reason): [number, ...string[]] => [0, reason, 'succeeded'],
      ),
      ...refundsLastDay.map(({ reason, status, count }): [number, ...string[]] => [count, reason, status]),
    ],
  },
  {
    name: 'holdfast_mails_unsent',
    help: 'Mails that are written and not sent',
    labels: [],
    values: ({ unsentMails }) => [[unsentMails.count]],
  },
  {
    name: 'holdfast_mails_oldest_unsent_seconds',
    help: 'How long ago the oldest of these was written; 0 if there is none',
    labels: [],
    values: ({ unsentMails }) => [[unsentMails.oldestSeconds]],
  },
  {
    name: 'holdfast_schema_info',
    help: 'Always 1; the label is the newest migration that the database has',
    labels: ['migration'],
    values: ({ schema }) => (schema === null ? [] : [[1, schema]]),
  },
];
