import { randomUUID } from 'node:crypto';
import { PrismaPg } from '@prisma/adapter-pg';
import pg from 'pg';
import { createActivities } from '../../activities';
import type { Deps } from '../../activities/deps';
import type { LedgerDay } from '../../domain/ledger';
import { PrismaClient } from '../../prisma/generated/client';
import { readLedgerDays } from '../../store/reconciliation/ledger';
import { asInWorker, sweep } from '../workflow/sweeping';
import { World } from '../workflow/world';
import { BOUNDED, fillWithPast } from './past';

let world: World;
beforeAll(async () => {
  world = await World.start();
});
afterAll(() => world?.stop());

/** Many orders of the past, and all that is kept of them, in every table that grows with them or with the years. */
async function pastOrders(): Promise<void> {
  world.counted = false;
  await fillWithPast(world.env.DATABASE_URL, world.deps().clock.now());
}

const listed = async () => (await world.requests()).filter(({ method }) => method === 'GET').length;

/** How often Stripe is asked by one sweep. */
async function asked(trigger: 'schedule' | 'staff'): Promise<number> {
  const before = await listed();
  expect(await sweep(world, trigger)).toMatchObject({ status: 'COMPLETED', actions: {}, found: [] });
  return (await listed()) - before;
}

test('where nothing happened a sweep asks Stripe the same few times, however many orders there are', async () => {
  await world.product('quiet');
  for (let orders = 0; orders < 3; orders++) {
    await world.completedOrder([{ sku: 'quiet' }]);
  }
  await sweep(world, 'staff');
  const [usual, wide] = [await asked('schedule'), await asked('staff')];
  expect(usual).toBeLessThanOrEqual(4); // complete sessions, two lists of events, the balance
  expect(wide).toBeLessThanOrEqual(6); // and what Stripe still fails to deliver
  for (let orders = 0; orders < 5; orders++) {
    await world.completedOrder([{ sku: 'quiet' }]);
  }
  await pastOrders();
  await sweep(world, 'staff'); // so that the next one need not be wide
  expect([await asked('schedule'), await asked('staff')]).toEqual([usual, wide]);
});

test('no question of a sweep to the database reads a table that grows from end to end', async () => {
  const { id: dashboard } = await world.checkout([{ sku: 'quiet' }]);
  await world.pay(dashboard);
  await world.webhook(dashboard);
  await world.end(dashboard);
  const { paymentIntentId } = await world.order(dashboard);
  await world.at('/refunds', { payment_intent: paymentIntentId, amount: 1 });

  const { explained, scans } = await plansOf(async (db) => {
    const deps: Deps = { ...world.deps(), db };
    const activities = createActivities(deps);
    const [orders, stripe] = [asInWorker(activities.orders), asInWorker(activities.stripe)];
    const id = randomUUID();
    const window = await orders.beginSweep({ id, trigger: 'staff' });
    await orders.sweepRuns({ id, window, cursor: null });
    const { cursor } = await orders.sweepUnfinished({ id, window, cursor: null, restored: true });
    await orders.sweepUnfinished({ id, window, cursor });
    await stripe.sweepSessions({ id, window, cursor: null });
    await stripe.sweepEvents({ id, window, cursor: null });
    await stripe.readBalance({ id, window, cursor: null });
    await orders.settleRepairs({ id });
    await orders.compareLedger({ id, window });
    await orders.finishSweep({ id, window, checked: 1 });
  });
  await world.end((await world.stripe.refunds.list({ limit: 1 })).data[0]?.id as never);
  expect(explained).toBeGreaterThan(20);
  expect(scans).toEqual([]);
});

test('the sums of busy days look up what they concern, and read nothing else of the past', async () => {
  const now = world.deps().clock.now();
  const entries = await world.db.$executeRaw`
    INSERT INTO ledger_entries (id, at, category, type, source, payment_intent_id, currency, amount, settled_currency, settled, fee)
    SELECT 'busy_' || n, ${new Date(now)}::timestamptz - n * interval '1 millisecond', 'refund', 'refund_failure', 're_past_past-' || n, 'pi_past_' || n,
      'eur', 100, 'eur', 100, 0 FROM generate_series(1, 1500) n`;
  await world.db.$executeRawUnsafe('ANALYZE ledger_entries');
  let days: LedgerDay[] = [];
  const { explained, scans } = await plansOf(async (db) => {
    days = await readLedgerDays(db, new Date(now));
  });
  await world.db.ledgerEntry.deleteMany({ where: { id: { startsWith: 'busy_' } } });
  expect(explained).toBe(1);
  expect(scans).toEqual([]);
  expect(days.reduce((sum, { refunded }) => sum + refunded, 0)).toBeLessThanOrEqual(1 - entries * 100);
});

/** The statements that something sends, explained: how many, and those that read a growing table from end to end. */
async function plansOf(act: (db: PrismaClient) => Promise<void>): Promise<{ explained: number; scans: string[] }> {
  const queries: { query: string; params: string }[] = [];
  const url = world.env.DATABASE_URL;
  const db = new PrismaClient({
    adapter: new PrismaPg({ connectionString: url, max: 2 }),
    log: [{ emit: 'event', level: 'query' }],
  });
  db.$on('query', (query) => queries.push(query));
  await act(db);
  await db.$disconnect();
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  // As PostgreSQL would choose if each table were fifty times as long.
  await client.query('SET seq_page_cost = 50; SET cpu_tuple_cost = 0.5; SET cpu_index_tuple_cost = 0.25');
  const { rows: whole } = await client.query<{ name: string }>(
    'SELECT relname AS name FROM pg_index JOIN pg_class ON pg_class.oid = indexrelid WHERE indpred IS NULL',
  );
  const indexes = new Set(whole.map(({ name }) => name));
  const scans: string[] = [];
  const statements = queries.filter(({ query }) => /^\s*(SELECT|WITH|INSERT|UPDATE|DELETE)/i.test(query));
  for (const { query, params } of statements) {
    const { rows } = await client.query(`EXPLAIN (FORMAT JSON) ${query}`, JSON.parse(params));
    for (const table of scanned(rows[0]['QUERY PLAN'][0].Plan, indexes))
      if (!(table in BOUNDED)) scans.push(`${table}: ${query}`);
  }
  await client.end();
  return { explained: statements.length, scans };
}

/** Charges of the last minutes that no order knows: those of another shop on the same account. */
const foreignCharges = (count: number) => world.db.$executeRaw`
  INSERT INTO ledger_entries (id, at, category, type, source, currency, amount, settled_currency, settled, fee)
  SELECT 'foreign' || n, ${new Date(world.deps().clock.now() - 60_000)}::timestamptz - n * interval '1 millisecond', 'charge', 'charge', 'ch_f_' || n,
    'eur', 1000, 'eur', 1000, 40 FROM generate_series(1, ${count}::int) n`;

test('thousands of differences are recorded page by page; the mail and the sweep list the first of them', async () => {
  await foreignCharges(1_100);
  const activities = createActivities(world.deps());
  const [orders, stripe] = [asInWorker(activities.orders), asInWorker(activities.stripe)];
  const id = randomUUID();
  const window = await orders.beginSweep({ id, trigger: 'staff' });
  const cursors: (string | null)[] = [];
  do cursors.push((await stripe.readBalance({ id, window, cursor: cursors.at(-1) ?? null })).cursor);
  while (cursors.at(-1) !== null);
  expect(cursors).toHaveLength(1_100 / 100);
  expect(await world.db.ledgerEntry.count({ where: { id: { startsWith: 'foreign' }, tracedAt: null } })).toBe(0);

  expect(await orders.compareLedger({ id, window })).toEqual({ discrepancies: 0, news: 1_100 });
  expect(await orders.compareLedger({ id, window })).toEqual({ discrepancies: 0, news: 1_100 });
  await orders.finishSweep({ id, window, checked: 1 });
  const { discrepancies } = await world.db.reconciliation.findUniqueOrThrow({ where: { id } });
  expect(discrepancies).toHaveLength(500);
  await orders.sendReport({ id });
  const mail = await world.db.mail.findUniqueOrThrow({ where: { key: `reconciliation_report/${id}` } });
  expect(mail.subject).toBe('Reconciliation found 1100 discrepancies');
  expect(mail.text.match(/captured_without_order/g)).toHaveLength(100);
  expect(mail.text).toContain('And 1000 more.');
});

interface PlanNode {
  'Node Type': string;
  'Relation Name'?: string;
  'Index Name'?: string;
  'Index Cond'?: string;
  Plans?: PlanNode[];
}

/**
 * The tables that a plan reads from end to end, or all of an index of theirs.
 * @param indexes those that have an entry for every row of their table
 */
const scanned = (node: PlanNode, indexes: Set<string>): string[] => {
  const isWhole =
    node['Node Type'] === 'Seq Scan' || (node['Index Cond'] === undefined && indexes.has(node['Index Name'] ?? ''));
  return [
    ...(isWhole ? [node['Relation Name'] ?? node['Index Name'] ?? ''] : []),
    ...(node.Plans ?? []).flatMap((one) => scanned(one, indexes)),
  ];
};
