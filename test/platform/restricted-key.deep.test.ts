import { randomUUID } from 'node:crypto';
import { rmSync } from 'node:fs';
import { Registry } from 'prom-client';
import { probeAll } from '../../activities/account/probes';
import { tendAccount } from '../../activities/account/tend';
import type { Deps } from '../../activities/deps';
import { createActivityMetrics } from '../../activities/metrics';
import { sweep } from '../../activities/reconcile/sweep';
import { connectStripe } from '../../platform/stripe';
import { nameOf, STRIPE_PERMISSIONS } from '../../platform/stripe-permissions';
import { type StripeSandbox, startStripeSandbox } from '../../sandbox/stripe/http/server';
import { watchAccount } from '../../store/alarms/watch';
import { connectDatabase, type Db } from '../../store/database';
import { changeStripeAccount, readStripeAccount } from '../../store/installation/account';
import { ownAccount } from '../../store/installation/own-account';
import { keepAccount } from '../../worker/account';
import { createTestDatabase, type TestDatabase } from '../support/database';
import { newFolder } from '../support/folder';
import { until } from '../support/until';

const KEY = 'rk_test_shop';
const time = { now: Date.parse('2026-12-01T10:00:00Z') };
const clock = { now: () => time.now };
const folder = newFolder('restricted');

let database: TestDatabase;
let db: Db;
let sandbox: StripeSandbox;
beforeAll(async () => {
  database = await createTestDatabase();
  db = connectDatabase(database.url, 4);
  sandbox = await startStripeSandbox({ port: 0, dataDir: folder, secretKey: 'sk_test_of_the_account' });
});
afterAll(async () => {
  await sandbox.close();
  await db.$disconnect();
  await database.drop();
  rmSync(folder, { recursive: true, force: true });
});
beforeEach(async () => {
  await db.accountAlarm.deleteMany();
  await db.mail.deleteMany();
});

/** What a process has; a new one remembers nothing of what an earlier one saw. */
function processWith(key = KEY) {
  const log = { error: jest.fn(), warn: jest.fn() };
  const watch = watchAccount(db, clock, log);
  const env = {
    STRIPE_SECRET_KEY: key,
    STRIPE_API_BASE: sandbox.url,
    STAFF_EMAIL: 'staff@a.example',
    EMAIL_FROM: 'a@a.example',
    RECONCILE_INTERVAL_SECONDS: 300,
  };
  const sent: string[] = [];
  const mailer = { send: async ({ text }: { text: string }) => ({ id: `mail_${sent.push(text)}` }) };
  return {
    ...{ log, sent },
    deps: {
      db,
      clock,
      env,
      log,
      watch,
      mailer,
      metrics: createActivityMetrics(new Registry()),
      account: { isForeign: async () => false },
      stripe: connectStripe(env as Deps['env'], 5_000, watch),
    } as unknown as Deps,
  };
}

/** The key may do all that Stripe's own names say. */
async function allow(permissions: string[]): Promise<void> {
  const body = JSON.stringify({ key: KEY, permissions });
  const headers = { 'content-type': 'application/json' };
  await fetch(`${sandbox.url}/_control/keys`, { method: 'POST', body, headers });
}

const ALL = [
  ...['checkout_session_write', 'payment_intent_read', 'charge_read', 'refund_write', 'dispute_write', 'review_read'],
  ...['radar_early_fraud_warning_read', 'event_read', 'balance_transaction_source_read', 'payout_read'],
  ...['product_write', 'plan_write', 'webhook_write'],
];
const missing = async () =>
  (await db.accountAlarm.findMany({ where: { cause: 'stripe_permission', resolvedAt: null } }))
    .map(({ subject }) => subject)
    .sort();

test('a key with every permission of the list raises nothing, and nothing is made at Stripe', async () => {
  await allow(ALL);
  const { deps, sent } = processWith();
  await probeAll(deps);
  await tendAccount(deps);
  expect(await db.accountAlarm.count()).toBe(0);
  expect(sent).toEqual([]);
  const { data } = await deps.stripe.events.list();
  expect(data).toEqual([]);
});

test('a key that only reads lacks exactly what must be written, each by its name, in one mail', async () => {
  await allow(ALL.map((name) => name.replace('_write', '_read')));
  const { deps, sent, log } = processWith();
  await probeAll(deps);
  const writes = STRIPE_PERMISSIONS.filter(({ access }) => access === 'write').map(nameOf);
  expect(await missing()).toEqual(writes.sort());
  await tendAccount(deps);
  expect(sent).toHaveLength(1);
  for (const name of writes) expect(sent[0]).toContain(name);
  expect(log.error).toHaveBeenCalledTimes(writes.length);
});

describe('a worker', () => {
  const beginSweep = ({ deps }: ReturnType<typeof processWith>) =>
    sweep(deps).beginSweep({ id: randomUUID(), trigger: 'schedule' });

  test('probes the permissions of its key as it starts, and tells staff what is missing', async () => {
    await allow(ALL.filter((name) => name !== 'dispute_write'));
    const worker = processWith();
    let stopping = false;
    keepAccount(worker.deps, () => stopping);
    await until(async () => worker.sent.length > 0);
    stopping = true;
    expect(await missing()).toEqual(['Disputes: write']);
    expect(worker.sent[0]).toContain('Disputes: write');
  });

  test('probes a restricted key at the beginning of a sweep, and no other key', async () => {
    await allow(ALL.filter((name) => name !== 'dispute_write'));
    await beginSweep(processWith('sk_test_of_the_account'));
    expect(await missing()).toEqual([]);
    await beginSweep(processWith());
    expect(await missing()).toEqual(['Disputes: write']);
    await allow(ALL);
    await beginSweep(processWith());
    expect(await missing()).toEqual([]);
  });
});

test('a permission that is missing is named at its first use, and is right again once it is given', async () => {
  await allow(ALL.filter((name) => name !== 'refund_write'));
  const { deps, sent } = processWith();
  await expect(deps.stripe.refunds.list()).rejects.toMatchObject({
    type: 'StripePermissionError',
    message: expect.stringContaining("Having the 'rak_refund_read' permission"),
  });
  await until(async () => (await missing()).length > 0);
  expect(await missing()).toEqual(['Refunds: write']);
  await tendAccount(deps);
  await allow(ALL);
  time.now += 15_000;
  await tendAccount(deps);
  expect(await missing()).toEqual([]);
  expect(sent).toHaveLength(1);
});

test('what is missing for an expanded object is named, not what the address is of', async () => {
  await allow(ALL.filter((name) => name !== 'charge_read'));
  const { deps, sent } = processWith();
  const expand = ['payment_intent.latest_charge'];
  await expect(deps.stripe.checkout.sessions.retrieve('cs_test_1', { expand })).rejects.toMatchObject({
    message: expect.stringContaining("Having the 'rak_charge_read' permission"),
  });
  await until(async () => (await missing()).length > 0);
  expect(await missing()).toEqual(['Charges: read']);
  time.now += 15_000;
  await tendAccount(deps); // its probe is refused too
  expect(await missing()).toEqual(['Charges: read']);
  expect(sent).toHaveLength(1);
});

test('a refusal that no probe reproduces is told of once it comes back, although its alarm ends each time', async () => {
  await allow(ALL);
  const { deps, sent } = processWith();
  const refuse = JSON.stringify({ kind: 'forbidden', match: { path: '/sessions/cs_test_1$' }, times: 10 });
  const headers = { 'content-type': 'application/json' };
  await fetch(`${sandbox.url}/_control/faults`, { method: 'POST', body: refuse, headers });
  for (let turn = 0; turn < 4; turn++) {
    await deps.stripe.checkout.sessions.retrieve('cs_test_1').catch(() => undefined);
    await until(async () => (await missing()).length > 0);
    time.now += 15_000;
    await tendAccount(deps);
    expect(await missing()).toEqual([]);
  }
  expect(sent).toHaveLength(1);
  expect(sent[0]).toContain('Checkout Sessions: write');
  await fetch(`${sandbox.url}/_control/faults`, { method: 'DELETE' });
});

test('a key that Stripe does not know is one alarm, however many processes see it and however often', async () => {
  const seen = [processWith('sk_test_revoked'), processWith('sk_test_revoked')];
  for (const { deps } of [...seen, ...seen]) await deps.stripe.refunds.list().catch(() => undefined);
  for (const { deps } of seen) await probeAll(deps);
  for (const { deps } of seen) await tendAccount(deps);
  expect(await db.accountAlarm.findMany()).toMatchObject([{ cause: 'stripe_key', subject: '', resolvedAt: null }]);
  expect(seen.flatMap(({ sent }) => sent)).toHaveLength(1);
  // The processes are started again with the right key.
  await probeAll(processWith('sk_test_of_the_account').deps);
  expect(await db.accountAlarm.findMany()).toMatchObject([{ resolvedAt: expect.any(Date) }]);
});

test('the first success after a refusal ends the alarm; one that follows no refusal writes nothing', async () => {
  await allow(ALL.filter((name) => name !== 'payout_read'));
  const { deps } = processWith();
  await deps.stripe.payouts.list().catch(() => undefined);
  await until(async () => (await missing()).length > 0);
  await allow(ALL);
  await deps.stripe.payouts.list();
  await until(async () => (await missing()).length === 0);
  const statements = jest.spyOn(db.accountAlarm, 'updateMany');
  await deps.stripe.payouts.list();
  expect(statements).not.toHaveBeenCalled();
});

describe('a Stripe that does not answer', () => {
  const down = async (times: number) => {
    const body = JSON.stringify({ kind: 'error_before', status: 503, times, match: { path: '^/v1/' } });
    const headers = { 'content-type': 'application/json' };
    await fetch(`${sandbox.url}/_control/faults`, { method: 'DELETE' });
    if (times > 0) await fetch(`${sandbox.url}/_control/faults`, { method: 'POST', body, headers });
  };

  test('is an alarm after ten minutes, told of once, and gone by itself', async () => {
    const { deps, sent } = processWith('sk_test_of_the_account');
    await down(1_000);
    await deps.stripe.events.list().catch(() => undefined);
    await until(() => db.accountAlarm.count());
    for (let turn = 0; turn < 39; turn++) {
      time.now += 15_000;
      await tendAccount(deps);
    }
    expect(sent).toHaveLength(0);
    for (let turn = 0; turn < 20; turn++) {
      time.now += 15_000;
      await tendAccount(deps);
    }
    expect(sent).toHaveLength(1);
    await down(0);
    time.now += 15_000;
    await tendAccount(deps);
    expect(await db.accountAlarm.findMany()).toMatchObject([{ cause: 'stripe_down', resolvedAt: expect.any(Date) }]);
  });
});

describe('whose a key is', () => {
  const OURS = 'acct_1Ours';
  /** A process with a key of this account: null where the key may not read it. */
  const keyOf = (account: string | null, { live = false, known = [] as string[] } = {}) =>
    ownAccount(db, { live, account: async () => account, knows: async (session) => known.includes(session) }, clock);
  const sessions = ['cs_test_one', 'cs_test_two', 'cs_test_three'];

  beforeEach(() => changeStripeAccount(db, { account: null, live: null, at: new Date(time.now) }));
  beforeAll(async () => {
    for (const [n, sessionId] of sessions.entries())
      await db.checkout.create({
        data: {
          ...{ id: `00000000-0000-4000-8000-00000000000${n}`, number: `A-${n}`, origin: 'CHECKOUT', currency: 'eur' },
          ...{ subtotal: 100n, lines: [], request: {}, sessionId },
          ...{ holdUntil: new Date(time.now), createdAt: new Date(time.now + 60_000) },
        },
      });
  });

  test('the first key’s account and mode are recorded, and another key is measured against them', async () => {
    expect(await keyOf(OURS, { known: sessions }).isForeign()).toBe(false);
    expect(await readStripeAccount(db)).toMatchObject({ account: OURS, live: false });
    expect(await keyOf(OURS).isForeign()).toBe(false);
    expect(await keyOf('acct_1Others').isForeign()).toBe(true);
    expect(await keyOf(OURS, { live: true }).isForeign()).toBe(true);
    expect(await readStripeAccount(db)).toMatchObject({ account: OURS, live: false });
  });

  test('a key that may not read its account is ours if Stripe knows one of the last sessions made here', async () => {
    expect(await keyOf(null, { known: ['cs_test_one'] }).isForeign()).toBe(false);
    expect(await keyOf(null).isForeign()).toBe(true);
    expect(await keyOf(OURS).isForeign()).toBe(true); // nor is its account recorded, as it knows none of them
    expect(await keyOf(null, { live: true, known: sessions }).isForeign()).toBe(true);
  });

  test('a shop that moves says so: sessions of the account it left prove nothing', async () => {
    await keyOf(OURS, { known: sessions }).isForeign();
    await changeStripeAccount(db, { account: null, live: true, at: new Date(time.now + 120_000) });
    expect(await keyOf(null, { live: true }).isForeign()).toBe(false);
    expect(await keyOf('acct_1New', { live: true }).isForeign()).toBe(false);
    expect(await readStripeAccount(db)).toMatchObject({ account: 'acct_1New', live: true });
  });
});
