import { keepHouse } from '../../api/housekeeping';
import { windowOf } from '../../domain/sweep';
import type { Logger } from '../../platform/logger';
import { completeSweep, startSweep } from '../../store/reconciliation/sweeps';
import { columnsInSchema } from '../support/schema';
import { Office } from './admin-office';

let office: Office;
beforeAll(async () => {
  office = await Office.open();
});
afterAll(() => office?.close());

/** No chore fails. */
const log = {
  warn: ({ err }: { err: Error }) => {
    throw err;
  },
} as unknown as Logger;

/** Tables whose rows stay, and why. Every other one has rows that are removed after a time. */
const KEPT: Record<string, string> = {
  ...Object.fromEntries(
    [
      ...[
        'orders',
        'order_items',
        'shipments',
        'download_grants',
        'timeline',
        'request_actors',
        'withdrawals',
        'holds',
      ],
      ...['refunds', 'returns', 'replacements', 'return_requests', 'disputes', 'customers', 'licence_keys'],
      ...['stock_movements'],
    ].map((table) => [table, 'what an order was, and what became of it']),
  ),
  ...Object.fromEntries(
    ['products', 'prices', 'bundle_items', 'stock_levels', 'stock_warnings', 'shop'].map((table) => [
      table,
      'settings',
    ]),
  ),
  ...Object.fromEntries(['ledger_entries', 'payouts'].map((table) => [table, 'the books'])),
  order_transitions: 'the law of statuses',
  installation: 'one row',
  event_receiver: 'one row',
  sweep_marks: 'one row a kind',
  unsubscribed_addresses: 'hashes of those who want no mails: for good, as they wished',
};

/** Where a table's rows are removed that nobody reads any more; most are shown by the two tests here. */
const REMOVED: Record<string, string> = {
  ...Object.fromEntries(
    [
      ...['rate_limits', 'notices', 'discrepancies', 'account_alarms', 'reconciliations', 'reconciliation_repairs'],
      ...['deliveries', 'checkouts', 'stray_sessions', 'mails', 'stock_requests', 'bulks', 'bulk_orders'],
    ].map((table) => [table, 'here']),
  ),
  checkout_keys: 'api/checkout-keys.test',
  pictures: 'api/admin-products.test',
  product_files: 'api/admin-file.test',
  product_file_chunks: 'with their file',
  sweep_skips: 'by the next sweep that needs not skip it',
  ledger_lookups: 'once Stripe lists it',
  mail_requests: 'once their run has ended',
};

test('of every table it is known why its rows stay, or when they go', () => {
  expect([...Object.keys(KEPT), ...Object.keys(REMOVED)].sort()).toEqual([...columnsInSchema().keys()].sort());
});

test('who waits, mails about no order and bulks are removed, each after its time', async () => {
  const { db } = office;
  await db.$executeRaw`TRUNCATE stock_requests, bulks, bulk_orders`;
  await db.mail.deleteMany({ where: { sessionId: null } });
  const days = (count: number) => new Date(office.now - count * 86_400_000);
  await office.product('AWAITED');
  for (const [email, age] of [['old@example.net', 181] as const, ['young@example.net', 179] as const])
    await db.stockRequest.create({ data: { sku: 'AWAITED', email, requestedAt: days(age) } });
  const text = { template: 't', recipient: 'r@example.net', subject: '', html: '', text: '' };
  for (const [key, audience, status, age] of [
    ['told-old', 'CUSTOMER', 'SENT', 36],
    ['told-young', 'CUSTOMER', 'SENT', 34],
    ['report-old', 'STAFF', 'SENT', 366],
    ['report-waits', 'STAFF', 'WRITTEN', 366],
    ['report-young', 'STAFF', 'SENT', 364],
  ] as const)
    await db.mail.create({ data: { ...text, key, audience, status, createdAt: days(age) } });
  for (const [action, age] of [['old', 366] as const, ['young', 364] as const])
    await db.bulk.create({
      data: {
        ...{ id: crypto.randomUUID(), action, filter: {}, actor: 'staff', requestHash: '', status: 'COMPLETED' },
        ...{ requestedAt: days(age), finishedAt: days(age), orders: { create: { sessionId: action, position: 0 } } },
      },
    });
  await keepHouse({ objects: null, db, clock: { now: () => office.now }, log });
  expect((await db.stockRequest.findMany()).map(({ email }) => email)).toEqual(['young@example.net']);
  const mails = await db.mail.findMany({ where: { sessionId: null }, orderBy: { key: 'asc' } });
  expect(mails.map(({ key }) => key)).toEqual(['report-waits', 'report-young', 'told-young']);
  expect((await db.bulkOrder.findMany({ include: { bulk: true } })).map(({ bulk }) => bulk.action)).toEqual(['young']);
});

test('counters, foreign notices, alarms that ended, events, settled differences and scheduled sweeps are removed, each after its time', async () => {
  const { db } = office;
  const days = (count: number) => new Date(office.now - count * 86_400_000);
  await db.rateLimit.createMany({
    data: [
      { key: 'over', hits: 1, resetAt: days(0.001) },
      { key: 'counting', hits: 1, resetAt: days(-1) },
    ],
  });
  const notice = (id: string, kind: string, age: number, open = false) =>
    db.notice.create({ data: { id, kind, open, createdAt: days(age), updatedAt: days(age) } });
  await notice('pi_foreign_old', 'payment-failed', 36);
  await notice('pi_foreign_young', 'payment-failed', 34);
  await notice('po_old', 'payout', 36);
  const difference = (reference: string, age: number, more: { resolvedAt?: Date; toldOnce?: boolean } = {}) =>
    db.discrepancy.create({
      data: {
        ...{ kind: 'captured_without_order', reference, detail: 'It differs.', currency: 'eur', amount: 1 },
        ...{ firstSeenAt: days(age), lastSeenAt: days(age), resolvedAt: days(age), ...more },
      },
    });
  await difference('settled_old', 366);
  await difference('settled_young', 364);
  await difference('told_nobody', 366, { toldOnce: true });
  const alarm = (subject: string, age: number, resolvedAt: Date | null) =>
    db.accountAlarm.create({
      data: { cause: 'run_stuck', subject, since: days(age), lastSeenAt: days(age), resolvedAt },
    });
  await alarm('ended long ago', 40, days(31));
  await alarm('ended lately', 40, days(29));
  await alarm('open', 40, null);
  const sweeps = [
    ...([
      ['schedule', 31, 'old'],
      ['schedule', 29, 'young'],
      ['staff', 31, 'of staff'],
    ] as const),
  ].map(([trigger, age, name]) => ({
    id: crypto.randomUUID(),
    trigger,
    startedAt: days(age),
    status: 'COMPLETED' as const,
    name,
  }));
  for (const { name, ...data } of sweeps)
    await await db.reconciliation.create({ data: { ...data, finishedAt: data.startedAt } });
  const last = { id: crypto.randomUUID(), trigger: 'schedule' as const, at: new Date(office.now) };
  const window = windowOf(office.now, { last: null, lastWide: null }, { intervalMs: 300_000, staff: false });
  await startSweep(db, { ...last, window });

  await office.order('cs_test_told', { status: 'COMPLETED' });
  const event = (subject: string, age: number, queued = age) =>
    db.delivery.create({
      data: {
        ...{ id: crypto.randomUUID(), sessionId: 'cs_test_told', type: 'order.paid', subject, at: days(age) },
        ...{ queuedAt: days(queued), nextTryAt: days(queued) },
      },
    });
  await event('old', 31);
  await event('young', 29);
  await event('replayed', 31, 29);

  await keepHouse({ objects: null, db, clock: { now: () => office.now }, log });
  await completeSweep(db, { ...last, window, checked: 0 });
  expect((await db.rateLimit.findMany({ where: { key: { in: ['over', 'counting'] } } })).map(({ key }) => key)).toEqual(
    ['counting'],
  );
  expect((await db.notice.findMany({ orderBy: { id: 'asc' } })).map(({ id }) => id)).toEqual([
    'pi_foreign_young',
    'po_old',
  ]);
  expect((await db.delivery.findMany({ orderBy: { subject: 'asc' } })).map(({ subject }) => subject)).toEqual([
    'replayed',
    'young',
  ]);
  expect((await db.discrepancy.findMany({ orderBy: { reference: 'asc' } })).map(({ reference }) => reference)).toEqual([
    'settled_young',
    'told_nobody',
  ]);
  expect((await db.accountAlarm.findMany({ orderBy: { subject: 'asc' } })).map(({ subject }) => subject)).toEqual([
    'ended lately',
    'open',
  ]);
  const kept = new Set((await db.reconciliation.findMany()).map(({ id }) => id));
  expect(sweeps.filter(({ id }) => kept.has(id)).map(({ name }) => name)).toEqual(['young', 'of staff']);
});
