import { randomUUID } from 'node:crypto';
import { Registry } from 'prom-client';
import { reconciliationReport } from '../../activities/reconcile/report';
import type { Db } from '../../store/database';
import { countUnreported } from '../../store/reconciliation/discrepancies';
import { createSweepMetrics } from '../../worker/sweep-metrics';
import { NOW, openShop } from '../email/shop';

let shop: Awaited<ReturnType<typeof openShop>>;
let report: ReturnType<typeof reconciliationReport>;
beforeAll(async () => {
  shop = await openShop();
  report = reconciliationReport(shop.deps);
});
afterAll(() => shop.close());
beforeEach(async () => {
  await shop.db.discrepancy.deleteMany();
  shop.resend.taken.length = 0;
  shop.resend.requests.length = 0;
});

const found = (reference: string, kind = 'amount_differs') =>
  shop.db.discrepancy.create({
    data: {
      ...{ kind, reference, detail: `What differs about ${reference} & nothing else.`, currency: 'eur', amount: 5n },
      ...{ foundBy: randomUUID(), firstSeenAt: new Date(NOW), lastSeenAt: new Date(NOW) },
    },
  });
const untold = () => countUnreported(shop.db);

test('one mail tells staff of all that is new, and the next sweep of none of it', async () => {
  await found('cs_test_one');
  await found('re_two', 'refund_differs');
  const id = randomUUID();
  await report.sendReport({ id });
  await report.sendReport({ id: randomUUID() });
  expect(shop.resend.taken).toHaveLength(1);
  const [{ key, body }] = shop.resend.taken as [(typeof shop.resend.taken)[0]];
  expect(key).toBe(`reconciliation_report/${id}`);
  expect(body).toMatchObject({
    to: 'staff@fern.example',
    subject: 'Reconciliation found 2 discrepancies',
    tags: [{ name: 'template', value: 'reconciliation_report' }],
  });
  for (const text of [
    'cs_test_one',
    'refund_differs',
    'What differs about re_two & nothing else.',
    `/admin/reconciliations/${id}`,
  ])
    expect(body.text).toContain(text);
  expect(body.html).toContain('re_two &amp; nothing');
  expect(await shop.db.mail.findUnique({ where: { key } })).toMatchObject({
    status: 'SENT',
    sessionId: null,
    attempts: 1,
  });
  expect(await shop.db.discrepancy.count({ where: { reportedAt: { not: null } } })).toBe(2);
});

test('a mail whose answer was lost is sent again as it was, whatever was found meanwhile', async () => {
  await found('cs_test_lost');
  const id = randomUUID();
  shop.resend.next('taken-but-lost');
  await expect(report.sendReport({ id })).rejects.toThrow();
  await found('cs_test_later');
  await report.sendReport({ id });
  expect(shop.resend.taken).toHaveLength(1);
  expect(shop.resend.requests[1]?.body).toEqual(shop.resend.requests[0]?.body);
  expect(await untold()).toBe(1);
});

test('what nobody took goes with the next sweep’s mail', async () => {
  await found('cs_test_refused');
  const id = randomUUID();
  shop.resend.next({ answer: 500, name: 'internal_server_error' });
  await expect(report.sendReport({ id })).rejects.toThrow();
  await report.giveUpReport({ id });
  expect(await shop.db.mail.findUnique({ where: { key: `reconciliation_report/${id}` } })).toMatchObject({
    status: 'GIVEN_UP',
  });
  expect(await untold()).toBe(1);
  await report.sendReport({ id: randomUUID() });
  expect(shop.resend.taken.map(({ body }) => body.text.includes('cs_test_refused'))).toEqual([true]);
  await report.giveUpReport({ id }); // late, and of no consequence
  expect(await untold()).toBe(0);
});

test('what refuses the report, and every other mail, is an alarm, though no order has a mail to send', async () => {
  await found('cs_test_quota');
  const id = randomUUID();
  shop.resend.next({ answer: 429, name: 'daily_quota_exceeded' });
  await expect(report.sendReport({ id })).rejects.toThrow();
  await expect(shop.db.mail.findUnique({ where: { key: `reconciliation_report/${id}` } })).resolves.toMatchObject({
    lastError: 'daily_quota_exceeded',
  });
  const open = await shop.db.accountAlarm.findMany({ where: { resolvedAt: null } });
  expect(open.map(({ cause }) => cause)).toEqual(['mail_quota']);
  await report.sendReport({ id });
  expect(shop.resend.taken).toHaveLength(1);
});

test('two sweeps that end at once tell of each thing once', async () => {
  for (let n = 0; n < 5; n++) await found(`cs_test_${n}`);
  await Promise.all([report.sendReport({ id: randomUUID() }), report.sendReport({ id: randomUUID() })]);
  const told = shop.resend.taken.flatMap(({ body }) => body.text.match(/cs_test_\d/g) ?? []);
  expect([...new Set(told)].length).toBe(5);
  expect(shop.resend.taken).toHaveLength(1);
});

test('the metrics tell what is open, by kind, and since when all was swept', async () => {
  const registry = new Registry();
  let now = NOW - 600_000;
  createSweepMetrics(registry, { db: shop.db, clock: { now: () => now } });
  now = NOW;
  // No sweep has ever succeeded: an alert must not be silent about that.
  expect(await registry.metrics()).toMatch(/^holdfast_sweep_age_seconds 600$/m);
  await found('cs_test_open');
  await found('cs_test_gone');
  await shop.db.discrepancy.updateMany({ where: { reference: 'cs_test_gone' }, data: { resolvedAt: new Date(NOW) } });
  await shop.db.sweepMark.create({ data: { name: 'last', at: new Date(NOW - 90_000) } });
  const metrics = await registry.metrics();
  expect(metrics).toMatch(/^holdfast_discrepancies_open\{kind="amount_differs"\} 1$/m);
  expect(metrics).toMatch(/^holdfast_discrepancies_open\{kind="payout_differs"\} 0$/m);
  expect(metrics).toMatch(/^holdfast_sweep_age_seconds 90$/m);
});

test('a scrape is answered though the database is not there', async () => {
  const registry = new Registry();
  const down = () => Promise.reject(new Error('down'));
  const db = { discrepancy: { groupBy: down }, sweepMark: { findUnique: down } } as unknown as Db;
  createSweepMetrics(registry, { db, clock: { now: () => NOW } });
  expect(await registry.metrics()).toContain('holdfast_discrepancies_open');
});
