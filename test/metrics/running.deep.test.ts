import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Program } from '../../sandbox/program';
import { Shop } from '../faults/shop';
import { System } from '../faults/system';
import { until } from '../support/launched';
import { firing, gives, promtool, seriesOf } from './promtool';
import { labelsOfMetrics } from './registered';

/**
 * The alerts and dashboards on what the processes of a running system tell. Values are real; only time is made up, so
 * that no rule is changed for the test.
 */

const DASHBOARDS = join(__dirname, '..', '..', 'ops', 'grafana');
/** Minutes of what was told before, and after. */
const MINUTES = { before: 10, after: 30 };
const END = MINUTES.before + MINUTES.after - 1;

let system: System;
let shop: Shop;
let atFirst: string[];
let good: string[];
beforeAll(async () => {
  system = await System.start();
  shop = new Shop(system);
  await shop.product('mug', { stock: 10 });
  await shop.product('song');
  atFirst = await scrape();
  for (const sku of ['mug', 'song']) {
    const id = await shop.buy({ sku });
    await shop.pay(id);
    await shop.settled(id);
    await shop.mailed(id, ['order_confirmation', 'order_received']);
    if (sku === 'mug') await shop.cancel(id);
  }
  const { body } = await shop.staff('/reconciliations', {});
  const sweep = () => system.db.reconciliation.findUniqueOrThrow({ where: { id: body.id as string } });
  await until('the sweep done', async () => (await sweep()).status === 'COMPLETED');
  await until('a scrape that knows of it', async () => {
    good = await scrape();
    return /^holdfast_refunds_last_day\{.*state="succeeded".*\} 1$/m.test(good.join('\n'));
  });
});
afterAll(() => system?.stop());

const worker = () => system.workers[0] as Program;
const api = () => system.apis[0] as Program;
/** What each process tells; nothing from one that is not there. */
const scrape = (): Promise<string[]> =>
  Promise.all(
    [api(), worker()].map(async ({ url }) => {
      const answer = await fetch(`${url}/metrics`).catch(() => null);
      return (await answer?.text()) ?? '';
    }),
  );

test('every metric of ours is told by a process, and the SDK’s beside them', () => {
  const text = good.join('\n');
  // Only with a receiver of events, and with a client certificate.
  const absent = /_events?_|_certificate_/;
  for (const [name] of labelsOfMetrics().filter(([one]) => !absent.test(one)))
    expect(text).toContain(`# TYPE ${name} `);
  for (const line of [
    /^holdfast_order_paid_to_committed_seconds_count\{process="worker"\} 2$/m,
    /^holdfast_order_paid_to_mailed_seconds_count\{process="worker"\} 2$/m,
    /^holdfast_mails_total\{.*template="order_confirmation",outcome="sent".*\} 2$/m,
    /^holdfast_checkout_duration_seconds_count\{.*outcome="opened".*\} 2$/m,
    /^holdfast_stripe_request_duration_seconds_count\{.*endpoint="\/v1\/checkout\/sessions\/\{id\}".*outcome="ok".*\}/m,
    /^holdfast_database_connections\{.*pool="worker",state="(?:used|idle)".*\} [1-9]/m,
    /^holdfast_task_queue_pollers\{task_queue="orders",task_type="workflow".*\} [1-9]/m,
    /^temporal_workflow_task_schedule_to_start_latency_seconds_bucket\{/m,
    /^temporal_sticky_cache_size\{/m,
  ])
    expect(text).toMatch(line);
});

test('after some orders, every query of the dashboards gives something, and no alert fires', () => {
  const queries = readdirSync(DASHBOARDS)
    .filter((file) => file.endsWith('.json'))
    .flatMap((file) => queriesIn(JSON.parse(readFileSync(join(DASHBOARDS, file), 'utf8'))));
  expect(queries.length).toBeGreaterThan(30);
  const expected = queries.map((query) => gives(END, query.replaceAll('$__rate_interval', '5m')));
  expect(promtool(seriesOf(atFirst, good, MINUTES), [firing(END, []), ...expected])).toBe('');
});

test('the mail provider refuses the key: HoldfastKeyRefused', async () => {
  await shop.outboxFault({ times: 1_000, status: 401 });
  await shop.pay(await shop.buy({ sku: 'song' }));
  const faulty = await scrapeWhen(/^holdfast_account_refused\{cause="mail_key".*\} 1$/m);
  expect(promtool(seriesOf(good, faulty, MINUTES), [firing(END, ['HoldfastKeyRefused'])])).toBe('');
  await shop.outboxFault({ times: 0 });
  await scrapeWhen(/^holdfast_account_refused\{cause="mail_key".*\} 0$/m);
});

test('no worker is left: HoldfastBacklogWithoutWorker, and no sweep is told of', async () => {
  await worker().terminate();
  await shop.checkout([{ sku: 'song' }]);
  const faulty = await scrapeWhen(
    /^holdfast_task_queue_backlog_age_seconds\{task_queue="orders",.*\} (?:6[1-9]|[7-9]\d|\d{3,})$/m,
  );
  const alerts = ['HoldfastBacklogWithoutWorker', 'HoldfastFiguresMissing', 'HoldfastSweepLate'];
  expect(promtool(seriesOf(good, faulty, MINUTES), [firing(END, alerts)])).toBe('');
  await worker().start();
});

test('no API is left: HoldfastApiMissing', async () => {
  const before = await scrape();
  await api().terminate();
  expect(promtool(seriesOf(before, await scrape(), MINUTES), [firing(END, ['HoldfastApiMissing'])])).toBe('');
  await api().start();
});

test('Temporal is away: HoldfastWebhooksFailing', async () => {
  const id = await shop.buy({ sku: 'song' });
  const before = await scrape();
  await system.temporalServer.stop();
  await shop.pay(id, { wait: true });
  const faulty = await scrapeWhen(/^holdfast_webhooks_total\{.*answer="unavailable".*\} [1-9]/m);
  // The rise is seen for ten minutes.
  const seen = firing(MINUTES.before + 8, ['HoldfastWebhooksFailing']);
  expect(promtool(seriesOf(before, faulty, MINUTES), [seen])).toBe('');
  await system.temporalServer.start();
});

const scrapeWhen = async (tells: RegExp): Promise<string[]> =>
  (await until(
    `a scrape with ${tells}`,
    async () => {
      const told = await scrape();
      return tells.test(told.join('\n')) ? told : null;
    },
    180_000,
  )) as string[];

/** Every `expr` in a dashboard. */
function queriesIn(value: unknown): string[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, one]) => (key === 'expr' ? [String(one)] : queriesIn(one)));
}
