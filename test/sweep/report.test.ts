import { randomUUID } from 'node:crypto';
import { Registry } from 'prom-client';
import { reconciliationReport } from '../../activities/reconcile/report';
import { priceOff, refundOff } from '../../domain/differences';
import type { Discrepancy } from '../../domain/discrepancy';
import { loadEnv } from '../../platform/env';
import { connectTemporal } from '../../platform/temporal';
import type { Db } from '../../store/database';
import { acceptDiscrepancy, discrepancyId } from '../../store/reconciliation/acceptance';
import {
  countUnreported,
  endComparison,
  resolveDiscrepancies,
  writeDiscrepancies,
} from '../../store/reconciliation/discrepancies';
import { createSweepMetrics } from '../../worker/sweep-metrics';
import { BARE } from '../api/bare';
import { Api } from '../api/shop';
import { NOW, openShop } from '../email/shop';
import { waitsForLock } from '../support/locks';

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
    `https://staff.fern.example/admin/reconciliations/${id}`,
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

test('the alarm has ended by the time that a mail counts as sent', async () => {
  await found('cs_test_down');
  const id = randomUUID();
  shop.resend.next({ answer: 500, name: 'internal_server_error' });
  await expect(report.sendReport({ id })).rejects.toThrow();
  const status = async () => (await shop.db.mail.findUnique({ where: { key: `reconciliation_report/${id}` } }))?.status;
  const { sent } = await shop.db.$transaction(async (tx) => {
    await tx.$queryRaw`SELECT 1 FROM account_alarms FOR UPDATE`;
    const sent = report.sendReport({ id });
    await waitsForLock(shop.db);
    expect([shop.resend.taken.length, await status()]).toEqual([1, 'WRITTEN']);
    return { sent };
  });
  await sent;
  expect(await status()).toBe('SENT');
  expect(await shop.db.accountAlarm.count({ where: { resolvedAt: null } })).toBe(0);
});

test('two sweeps that end at once tell of each thing once', async () => {
  for (let n = 0; n < 5; n++) await found(`cs_test_${n}`);
  await Promise.all([report.sendReport({ id: randomUUID() }), report.sendReport({ id: randomUUID() })]);
  const told = shop.resend.taken.flatMap(({ body }) => body.text.match(/cs_test_\d/g) ?? []);
  expect([...new Set(told)].length).toBe(5);
  expect(shop.resend.taken).toHaveLength(1);
});

describe('a discrepancy that staff have accepted', () => {
  const HOUR = 3_600_000;
  const at = (hours: number) => new Date(NOW + hours * HOUR);
  const off = (moved: number) => refundOff({ reference: 're_off', currency: 'eur', moved, recorded: 900 });
  const sweep = (hours: number, ...found: Discrepancy[]) =>
    shop.db.$transaction(async (tx) => {
      await writeDiscrepancies(tx, { foundBy: randomUUID(), found, at: at(hours) });
    });
  const ends = (hours: number) =>
    endComparison(shop.db, { sweepId: randomUUID(), began: at(hours - 0.5), at: at(hours) });
  const accept = (one: Pick<Discrepancy, 'kind' | 'reference'>, hours: number, note = 'Settled by phone') =>
    acceptDiscrepancy(shop.db, { id: discrepancyId(one), note, actor: 'ada', at: at(hours) });
  const row = () => shop.db.discrepancy.findFirstOrThrow();
  const isOpen = async () => (await row()).resolvedAt === null;

  test('stays closed while a sweep finds it as it was, and is in no mail', async () => {
    await sweep(0, off(1000));
    expect(await accept(off(1000), 1)).toMatchObject({
      reference: 're_off',
      acceptedBy: 'ada',
      note: 'Settled by phone',
    });
    expect(await untold()).toBe(0);
    for (const hours of [2, 3]) {
      await sweep(hours, off(1000));
      await ends(hours);
    }
    expect(await row()).toMatchObject({
      ...{ resolvedAt: at(1), acceptedAt: at(1), acceptedBy: 'ada', acceptedNote: 'Settled by phone' },
      ...{ firstSeenAt: at(0), lastSeenAt: at(3) },
    });
    expect(await untold()).toBe(0);
  });

  test('is open again when it changes, and told of; it can be accepted as it is then', async () => {
    await sweep(0, off(1000));
    await accept(off(1000), 1);
    await sweep(2, off(1100));
    expect(await row()).toMatchObject({ resolvedAt: null, firstSeenAt: at(2) });
    expect(await untold()).toBe(1);
    await accept(off(1100), 3, 'Also this');
    await sweep(4, off(1100));
    expect(await row()).toMatchObject({ resolvedAt: at(3), acceptedNote: 'Also this' });
  });

  test('that is gone and comes back is new', async () => {
    await sweep(0, off(1000));
    await accept(off(1000), 1);
    await ends(2);
    await sweep(3, off(1000));
    expect(await isOpen()).toBe(true);
    await resolveDiscrepancies(shop.db, { ...{ kind: 'refund_differs', references: ['re_off'] }, at: at(4) });
    await accept(off(1000), 5);
    expect(await isOpen()).toBe(false);
  });

  test('about prices is the same whichever checkout finds it, and gone a day after the last did', async () => {
    const prices = (number: string, subtotal: number) =>
      priceOff({ number, skus: ['MUG'], currency: 'eur', subtotal, stripes: { subtotal: 1200, currency: 'eur' } });
    const checkout = (hours: number, one: Discrepancy) =>
      writeDiscrepancies(shop.db, { foundBy: null, found: [one], at: at(hours) });
    await checkout(0, prices('1001', 1000));
    await accept(prices('1001', 1000), 1);
    await checkout(2, prices('1002', 1000));
    await ends(25);
    await checkout(25.5, prices('1003', 1000));
    expect(await isOpen()).toBe(false);
    await ends(50);
    await checkout(51, prices('1004', 1000));
    expect(await isOpen()).toBe(true);
    await accept(prices('1001', 1000), 52);
    await checkout(53, prices('1005', 1100));
    expect(await isOpen()).toBe(true);
  });

  test('is answered by the API with the name of the token, once: then it is 409; also one that was told of once', async () => {
    const named = { name: 'ada', secret: 'the-token-of-ada-lovelace' };
    const env = { ...loadEnv(BARE), ADMIN_TOKENS: [named] };
    const temporal = connectTemporal({ TEMPORAL_ADDRESS: env.TEMPORAL_ADDRESS });
    const api = await Api.listen({ db: shop.db, clock: { now: () => NOW + HOUR }, env, temporal });
    const ask = (id: string, body: object) =>
      api.http.post(`/admin/discrepancies/${id}/accept`).set('authorization', `Bearer ${named.secret}`).send(body);
    await sweep(0, off(1000), { ...off(5), reference: 'ch_once', toldOnce: true });
    const id = discrepancyId(off(1000));
    const { status, body } = await ask(id, { note: 'Settled by phone' });
    expect([status, body]).toEqual([
      200,
      {
        ...{ id, kind: 'refund_differs', reference: 're_off', detail: off(1000).detail },
        firstSeenAt: at(0).toISOString(),
        accepted: { at: at(1).toISOString(), actor: 'ada', note: 'Settled by phone' },
      },
    ]);
    const toldOnce = discrepancyId({ kind: 'refund_differs', reference: 'ch_once' });
    expect((await ask(toldOnce, { note: 'Refunded by hand' })).status).toBe(200);
    const answers = await Promise.all([
      ask(id, { note: 'Once more' }),
      ask(toldOnce, { note: 'x' }),
      ask('0'.repeat(32), { note: 'x' }),
      ask(id, {}),
    ]);
    await api.close();
    expect(answers.map(({ status, body: { code } }) => [status, code])).toEqual([
      [409, 'invalid_transition'],
      [409, 'invalid_transition'],
      [404, 'not_found'],
      [400, 'invalid_request'],
    ]);
    const accepted = { where: { acceptedAt: { not: null } }, orderBy: { reference: 'asc' } } as const;
    expect(await shop.db.discrepancy.findMany(accepted)).toMatchObject([
      { reference: 'ch_once', acceptedNote: 'Refunded by hand' },
      { reference: 're_off', acceptedNote: 'Settled by phone' },
    ]);
  });
});

test('the metrics tell what is open, by kind, and since when all was swept', async () => {
  const registry = new Registry();
  let now = NOW - 600_000;
  createSweepMetrics(registry, { db: shop.db, clock: { now: () => now }, log: console });
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
  const log = { warn: jest.fn(), error: jest.fn() };
  createSweepMetrics(registry, { db, clock: { now: () => NOW }, log });
  for (const _ of [1, 2]) expect(await registry.metrics()).toContain('holdfast_discrepancies_open');
  expect(log.warn).toHaveBeenCalledTimes(4); // each read says once that it fails
});
