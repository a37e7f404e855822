import { Registry } from 'prom-client';
import type { Prisma } from '../../prisma/generated/client';
import type { Db } from '../../store/database';
import { figuresOf } from '../../store/figures/figures';
import { createShopMetrics } from '../../worker/shop-metrics';
import { withDatabase } from '../support/database';

/** What a scrape tells of the shop as a whole, and what it costs. */

const NOW = Date.parse('2026-11-23T12:00:00Z');
const ago = (seconds: number) => new Date(NOW - seconds * 1000);

let db: Db;
withDatabase(2, (opened) => {
  db = opened;
});

let count = 0;
async function order(change: Partial<Prisma.OrderUncheckedCreateInput>): Promise<string> {
  const sessionId = `cs_test_metrics_${++count}`;
  await db.order.create({
    data: {
      ...{ sessionId, number: `metrics-${count}`, status: 'PENDING', paymentStatus: 'UNPAID', stock: 'HELD' },
      ...{ origin: 'CHECKOUT', currency: 'eur', subtotal: 100, total: 100, holdUntil: ago(-1_800) },
      ...{ createdAt: ago(60), updatedAt: ago(60) },
      ...change,
    },
  });
  return sessionId;
}

const logged = { warn: jest.fn(), error: jest.fn() };
beforeEach(() => logged.warn.mockClear());
const registryOf = (of: Db): Registry => {
  const registry = new Registry();
  createShopMetrics(registry, { db: of, clock: { now: () => NOW }, log: logged });
  return registry;
};
const scrape = (of: Db = db): Promise<string> => registryOf(of).metrics();

const mail = (key: string, status: 'WRITTEN' | 'SENT', createdAt: Date) => ({
  ...{ key, template: 'order_confirmation', audience: 'CUSTOMER' as const, recipient: 'a@example.com', status },
  ...{ subject: '', html: '', text: '', createdAt },
});

const refund = (sessionId: string, reason: string, status: string, updatedAt: Date) => ({
  ...{
    key: `${sessionId}/${reason}`,
    stripeId: `re_${reason}`,
    sessionId,
    origin: 'STAFF' as const,
    requestKey: reason,
    amount: 1n,
  },
  ...{ currency: 'eur', status, reason, actor: 'staff', createdAt: updatedAt, updatedAt },
});

test('a scrape tells what is open, what waits and for how long, and what came of the last day', async () => {
  await order({ holdUntil: ago(120) });
  await order({ holdUntil: ago(80_000), stock: 'RELEASED', createdAt: ago(82_000) });
  await order({ paymentStatus: 'PAID', paidAt: ago(700), holdUntil: ago(900), createdAt: ago(950) });
  await order({ status: 'COMPLETED', paymentStatus: 'PAID', stock: 'COMMITTED', createdAt: ago(100_000) });
  const shipped = await order({
    ...{ status: 'SHIPPED', paymentStatus: 'PAID', stock: 'COMMITTED', paidAt: ago(90_000), createdAt: ago(90_000) },
    ...{ attentionStep: 'refund-refused', attentionReason: 'Stripe refuses it', attentionSince: ago(50) },
    returnRequested: true,
  });
  await db.mail.createMany({ data: [mail('one', 'WRITTEN', ago(1_000)), mail('two', 'SENT', ago(9_000))] });
  await db.refund.createMany({
    data: [refund(shipped, 'damaged', 'pending', ago(100_000)), refund(shipped, 'other', 'succeeded', ago(10))],
  });

  const metrics = await scrape();
  for (const line of [
    'holdfast_orders_open{status="PENDING"} 3',
    'holdfast_orders_open{status="SHIPPED"} 1',
    'holdfast_orders_last_day{status="PENDING"} 3',
    'holdfast_orders_last_day{status="COMPLETED"} 0',
    'holdfast_orders_paid_uncommitted 1',
    'holdfast_orders_paid_uncommitted_oldest_seconds 700',
    'holdfast_holds_active 0',
    'holdfast_holds_active_oldest_seconds 950',
    'holdfast_holds_expired 2',
    'holdfast_holds_expired_oldest_seconds 80000',
    'holdfast_holds_overdue 1',
    'holdfast_holds_overdue_oldest_seconds 120',
    'holdfast_orders_needing_attention{step="refund-refused",cause="report"} 1',
    'holdfast_orders_needing_attention_oldest_seconds{step="refund-refused",cause="report"} 50',
    'holdfast_orders_needing_attention{step="commit",cause="failure"} 0',
    'holdfast_orders_return_requested 1',
    'holdfast_refunds_open{reason="damaged",state="pending"} 1',
    'holdfast_refunds_last_day{reason="other",state="succeeded"} 1',
    'holdfast_mails_unsent 1',
    'holdfast_mails_oldest_unsent_seconds 1000',
  ])
    expect(metrics.split('\n')).toContain(line);
  expect(metrics).toMatch(/^holdfast_schema_info\{migration="2026\d+_\w+"\} 1$/m);
  expect(metrics).not.toMatch(/holdfast_refunds_open\{reason="other"/);
});

test('an order that waits for a person is not late, and one that the database refuses to commit is', async () => {
  const paid = { status: 'PENDING', paymentStatus: 'PAID', paidAt: ago(5_000) } as const;
  const late = async () => Number(/^holdfast_orders_paid_uncommitted (\d+)$/m.exec(await scrape())?.[1]);
  const before = await late();
  const flagged = (attentionStep: string) => ({ attentionStep, attentionReason: 'so', attentionSince: ago(40) });
  await order({ ...paid, ...flagged('confirm') });
  await order({ ...paid, status: 'PAID', stock: 'RELEASED', ...flagged('refund-refused') });
  await order({ ...paid, paidAt: ago(800), ...flagged('commit') });
  expect(await late()).toBe(before + 1);
  expect(await scrape()).toMatch(/^holdfast_orders_paid_uncommitted_oldest_seconds 800$/m);
});

test('a refund that Stripe refused is open, and a request that a rule refused is not', async () => {
  const id = await order({ status: 'COMPLETED', paymentStatus: 'PAID', stock: 'COMMITTED' });
  const why = { stripeId: null, refusal: 'so', refusalReason: 'so' };
  const byRule = { ...refund(id, 'other', 'refused', ago(100)), ...why };
  const byStripe = { ...byRule, key: `${id}/lost`, requestKey: 'lost', reason: 'damaged', refusedAt: ago(100) };
  await db.refund.createMany({ data: [byRule, byStripe] });
  const metrics = await scrape();
  expect(metrics).toMatch(/^holdfast_refunds_open\{reason="damaged",state="refused"\} 1$/m);
  expect(metrics).not.toMatch(/holdfast_refunds_open\{reason="other"/);
});

test('what a scrape asks is one statement, and reads no table that grows from end to end', async () => {
  const read = jest.fn(async () => [{ figures: null }]);
  await scrape({ $queryRaw: read } as unknown as Db);
  expect(read).toHaveBeenCalledTimes(1);

  const plan = await db.$transaction(async (tx) => {
    await tx.$executeRaw`SET LOCAL enable_seqscan = off`;
    await tx.$executeRaw`SET LOCAL enable_bitmapscan = off`;
    const [row] = await tx.$queryRaw<[Record<string, [{ Plan: PlanNode }]>]>`
      EXPLAIN (FORMAT JSON) SELECT ${figuresOf(new Date(NOW))} AS figures`;
    return row['QUERY PLAN']?.[0].Plan as PlanNode;
  });
  const nodes = nodesOf(plan);
  const entered = nodes.filter((node) => node['Index Name'] !== undefined);
  expect(new Set(entered.map((node) => node['Index Name']))).toEqual(
    new Set([
      ...['orders_status_created_at_idx', 'orders_hold_over', 'orders_attention_since', 'holds_active'],
      ...['orders_return_requested', 'refunds_status', 'refunds_updated', 'mails_unsent'],
    ]),
  );
  // An index of a whole table is entered at a place; those of a part of it are short.
  for (const node of entered.filter((one) => WHOLE.has(one['Index Name'] ?? '')))
    expect(node['Index Cond']).toBeDefined();
  const tables = nodes.filter((node) => node['Node Type'] === 'Seq Scan').map((node) => node['Relation Name']);
  expect(tables.filter((table) => table !== '_prisma_migrations')).toEqual([]);
});

test('a scrape is answered though the database is not there, and tells nothing rather than 0', async () => {
  const down = { $queryRaw: () => Promise.reject(new Error('down')) } as unknown as Db;
  const metrics = await scrape(down);
  expect(metrics).toContain('# HELP holdfast_mails_unsent');
  expect(metrics).not.toMatch(/^holdfast_/m);
});

test('the log says once that metrics are missing and once that they are back; a late statement is not asked twice', async () => {
  jest.useFakeTimers();
  try {
    let answer: (rows: unknown) => void = () => {};
    const read = jest.fn((): Promise<unknown> => new Promise((resolve) => (answer = resolve)));
    const registry = registryOf({ $queryRaw: read } as unknown as Db);
    const scrapeAfter = async (ms: number) => {
      const metrics = registry.metrics();
      await jest.advanceTimersByTimeAsync(ms);
      return metrics;
    };
    for (const _ of [1, 2, 3]) expect(await scrapeAfter(6_000)).not.toMatch(/^holdfast_/m);
    expect(read).toHaveBeenCalledTimes(1);
    expect(logged.warn.mock.calls).toEqual([
      [{ err: expect.any(Error), metrics: 'figures of the shop' }, expect.stringContaining('missing')],
    ]);

    const [{ figures }] = await db.$queryRaw<[{ figures: unknown }]>`SELECT ${figuresOf(new Date(NOW))} AS figures`;
    answer([{ figures }]);
    await jest.advanceTimersByTimeAsync(6_000);
    read.mockImplementation(async () => [{ figures }]);
    for (const _ of [1, 2]) expect(await scrapeAfter(6_000)).toMatch(/^holdfast_mails_unsent \d/m);
    expect(logged.warn).toHaveBeenCalledTimes(2);
    expect(logged.warn).toHaveBeenLastCalledWith(expect.anything(), expect.stringContaining('reported again'));

    read.mockImplementation(() => Promise.reject(new Error('down')));
    for (const _ of [1, 2]) await scrapeAfter(6_000);
    expect(logged.warn).toHaveBeenCalledTimes(3);
  } finally {
    jest.useRealTimers();
  }
});

const WHOLE = new Set(['orders_status_created_at_idx', 'refunds_status', 'refunds_updated']);

interface PlanNode {
  'Node Type': string;
  'Relation Name'?: string;
  'Index Name'?: string;
  'Index Cond'?: string;
  Plans?: PlanNode[];
}

const nodesOf = (node: PlanNode): PlanNode[] => [node, ...(node.Plans ?? []).flatMap(nodesOf)];
