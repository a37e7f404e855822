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

let world: World;
beforeAll(async () => {
  world = await World.start();
});
afterAll(() => world?.stop());

const HISTORY = 4_000;

/** Many orders of the past: paid, refunded in part and done, with their entries in the ledger. */
async function pastOrders(): Promise<void> {
  world.counted = false;
  const last = new Date(world.deps().clock.now() - 90 * 86_400_000);
  await world.db.$executeRaw`
    INSERT INTO orders (session_id, number, status, payment_status, stock, origin, currency, subtotal, total, refunded, payment_intent_id, charge_id,
      hold_until, paid_at, created_at, updated_at)
    SELECT 'cs_past_' || n, 'past-' || n, 'COMPLETED', 'PARTIALLY_REFUNDED', 'COMMITTED', 'CHECKOUT', 'eur', 1000, 1000, 100, 'pi_past_' || n, 'ch_past_' || n,
      at, at, at, at FROM (SELECT n, ${last}::timestamptz - n * interval '1 minute' AS at FROM generate_series(1, ${HISTORY}::int) n) past`;
  await world.db.$executeRaw`
    INSERT INTO refunds (key, origin, stripe_id, session_id, amount, currency, status, reason, actor, created_at, updated_at)
    SELECT session_id || '/r', 'STRIPE', 're_past_' || number, session_id, 100, 'eur', 'succeeded', 'other', 'stripe', created_at, created_at
    FROM orders WHERE session_id LIKE 'cs_past_%'`;
  await world.db.$executeRaw`
    INSERT INTO ledger_entries (id, at, category, type, source, payment_intent_id, currency, amount, settled_currency, settled, fee)
    SELECT 'txn_c_' || number, created_at, 'charge', 'charge', charge_id, payment_intent_id, 'eur', 1000, 'eur', 1000, 40 FROM orders WHERE session_id LIKE 'cs_past_%'
    UNION ALL SELECT 'txn_r_' || number, created_at, 'refund', 'refund', 're_past_' || number, payment_intent_id, 'eur', -100, 'eur', -100, 0 FROM orders WHERE session_id LIKE 'cs_past_%'`;
  await world.db.$executeRaw`
    INSERT INTO stray_sessions (session_id, kind, reason, seen_at, reported_at)
    SELECT 'cs_stray_' || n, 'UNKNOWN_LINES', 'theirs', ${last}, ${last} FROM generate_series(1, ${HISTORY}::int) n`;
  await world.db.$executeRaw`
    INSERT INTO discrepancies (kind, reference, detail, found_by, first_seen_at, last_seen_at, resolved_at, report_key, reported_at)
    SELECT 'amount_differs', 'cs_past_' || n, 'was put right', ${randomUUID()}::uuid, ${last}, ${last}, ${last}, 'r', ${last} FROM generate_series(1, ${HISTORY}::int) n`;
  await world.db.$executeRaw`
    INSERT INTO reconciliations (id, trigger, status, started_at, finished_at, "window")
    SELECT gen_random_uuid(), 'staff', 'COMPLETED', ${last}::timestamptz - n * interval '1 minute', ${last}, '{}' FROM generate_series(1, ${HISTORY}::int) n`;
  await world.db.$executeRawUnsafe('ANALYZE');
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
    await orders.sweepUnfinished({ id, window, cursor: null });
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
  const scans: string[] = [];
  const statements = queries.filter(({ query }) => /^\s*(SELECT|WITH|INSERT|UPDATE|DELETE)/i.test(query));
  for (const { query, params } of statements) {
    const { rows } = await client.query(`EXPLAIN (FORMAT JSON) ${query}`, JSON.parse(params));
    for (const table of scanned(rows[0]['QUERY PLAN'][0].Plan))
      if (GROWING.includes(table)) scans.push(`${table}: ${query}`);
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

const GROWING = ['orders', 'refunds', 'ledger_entries', 'stray_sessions', 'discrepancies', 'reconciliations'];

interface PlanNode {
  'Node Type': string;
  'Relation Name'?: string;
  Plans?: PlanNode[];
}

/** The tables that a plan reads from end to end. */
const scanned = (node: PlanNode): string[] => [
  ...(node['Node Type'] === 'Seq Scan' ? [node['Relation Name'] ?? ''] : []),
  ...(node.Plans ?? []).flatMap(scanned),
];
