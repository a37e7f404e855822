import { randomUUID } from 'node:crypto';
import { createActivities } from '../../activities';
import { tendAccount } from '../../activities/account/tend';
import { watchSweeps } from '../../activities/account/watch-sweeps';
import type { Deps } from '../../activities/deps';
import { type Follower, followerOf, startFollower } from '../../activities/reconcile/followers';
import { disputeId, type SessionId } from '../../domain/ids';
import { windowOf } from '../../domain/sweep';
import { WORKFLOWS } from '../../messages/names';
import { reconcileStart } from '../../messages/reconcile';
import { readSweep } from '../../store/reconciliation/sweeps';
import { RefundShop } from '../workflow/refund-shop';
import { Risk } from '../workflow/risk';
import { asInWorker, sweep } from '../workflow/sweeping';
import { until, World } from '../workflow/world';

let world: World;
let risk: Risk;
let shop: RefundShop;
beforeAll(async () => {
  world = await World.start();
  risk = new Risk(world);
  shop = new RefundShop(world);
  await world.product('song', { amount: 2000 });
  await world.product('mug', { stock: 9 });
});
afterAll(() => world?.stop());

const stateOf = (id: string) => world.deps().runs.stateOf(id);
/** The activities, with something else in the place of what they have. */
function activities(other: Partial<Deps> = {}) {
  const { orders, stripe } = createActivities({ ...world.deps(), ...other });
  return { orders: asInWorker(orders), stripe: asInWorker(stripe) };
}

describe('what follows something beside an order, and whose run is gone, is followed again', () => {
  test('a refund whose run was terminated before its customer was told: the mail goes out', async () => {
    const id = await world.completedOrder([{ sku: 'song' }]);
    const refund = await shop.dashboard(id, { amount: 500 });
    await mailsAreRefused(3);
    await shop.told(refund);
    await shop.becomes(id, { refunded: 500n });
    await world.handle(refund.id as SessionId).terminate('the test');
    await mailsAreRefused(0);
    expect((await sweep(world)).actions).toEqual({ [id]: 'followed_again' });
    await world.end(refund.id);
    expect(await risk.mailsOf(id, 'order_refunded')).toBe(1);
    expect((await sweep(world)).actions).toEqual({}); // it completed
  });

  test.each([
    ['just', 0],
    ['hours', 5],
  ])('a digital order, done %s before Temporal’s store was lost, whose mails had not gone out', async (_, hours) => {
    const id = await world.completedOrder([{ sku: 'song' }]);
    await world.db.mail.deleteMany({ where: { sessionId: id } });
    await sweepAfterLoss(id, { hours, wide: hours > 0 });
    expect(await world.end(id)).toBe('COMPLETED');
    const mails = await world.db.mail.findMany({ where: { sessionId: id }, orderBy: { key: 'asc' } });
    expect(mails.map(({ template, status }) => [template, status])).toEqual([
      ['order_confirmation', 'SENT'],
      ['order_received', 'SENT'],
    ]);
  });

  test.each<[what: string, template: string, make: () => Promise<SessionId>]>([
    ['a checkout that had expired', 'checkout_expired', expiredOrder],
    ['a delayed payment that had failed after weeks', 'payment_failed', failedPayment],
  ])('%s hours before Temporal’s store was lost, and whose shopper was not told', async (_, template, make) => {
    const id = await make();
    await world.db.mail.deleteMany({ where: { sessionId: id } });
    for (const wide of [false, true]) {
      await sweepAfterLoss(id, { hours: 5, wide });
      expect(await world.end(id)).toBe('EXPIRED');
      const mails = await world.db.mail.findMany({ where: { sessionId: id }, orderBy: { key: 'asc' } });
      expect(mails.map((mail) => [mail.template, mail.status])).toEqual(wide ? [[template, 'SENT']] : []);
    }
  });

  test.each<[what: string, make: (id: SessionId) => Promise<{ id: string }>, mails: string[]]>([
    ['a refund that had succeeded', (id) => shop.dashboard(id, { amount: 500 }), ['order_refunded']],
    ['a refund that had failed', failedRefund, ['attention_needed', 'refund_failed']],
    ['a dispute that was lost', lostDispute, ['attention_needed']],
  ])('%s hours before Temporal’s store was lost, and whose mails had not gone out', async (_, make, mails) => {
    const id = await world.completedOrder([{ sku: 'song' }]);
    const followed = await make(id);
    world.know(followed.id);
    await startFollower(world.deps().starter, followerOf(followed.id) as Follower);
    await world.end(followed.id);
    await world.db.mail.deleteMany({ where: { sessionId: id, template: { notIn: WHEN_PAID } } });
    const sent = async () => {
      const rows = await world.db.mail.findMany({ where: { sessionId: id, status: 'SENT' }, orderBy: { key: 'asc' } });
      return rows.map(({ template }) => template).filter((template) => !WHEN_PAID.includes(template));
    };
    const runIds: string[] = [];
    for (const wide of [false, true, true]) {
      await sweepAfterLoss(followed.id, { hours: 5, wide });
      await world.end(followed.id);
      runIds.push((await world.handle(followed.id as SessionId).describe()).runId);
      expect(await sent()).toEqual(wide ? mails : []);
    }
    expect(runIds[1]).not.toBe(runIds[0]);
    expect(runIds[2]).toBe(runIds[1]); // nothing is owed any more
  });

  test('a dispute that is written down and was never followed: staff hear of it, and it is held', async () => {
    const id = await world.paidOrder([{ sku: 'mug' }]);
    const dispute = await risk.dispute(id);
    await activities().stripe.followDispute({ disputeId: disputeId(dispute.id) });
    expect(await stateOf(dispute.id)).toBe('absent');
    world.know(dispute.id);
    expect((await sweep(world)).actions).toEqual({ [id]: 'followed_again' });
    await until(async () => (await risk.mailsOf(id, 'dispute_opened')) === 1);
    await world.handle(dispute.id as SessionId).terminate('the test');
  });

  test('an open dispute without a run is found from the database alone, once Temporal counts too few', async () => {
    const id = await world.paidOrder([{ sku: 'mug' }]);
    const dispute = await risk.disputed(id);
    const found = async () => {
      const marks = { last: world.now(), lastWide: world.now() };
      const window = windowOf(world.now() + 60_000, marks, { intervalMs: 300_000, staff: false });
      return activities().orders.sweepUnfinished({ id: await begun(), window, cursor: null });
    };
    await found();
    const { runId } = await world.handle(dispute.id as SessionId).describe();
    await world.handle(dispute.id as SessionId).terminate('the test');
    await found();
    const again = await world.handle(dispute.id as SessionId).describe();
    expect([again.status.name, again.runId === runId]).toEqual(['RUNNING', false]);
    await world.handle(dispute.id as SessionId).terminate('the test');
  });

  test('a warning whose run died before it told the order', async () => {
    const id = await world.paidOrder([{ sku: 'mug' }]);
    const warning = await world.at<{ id: string }>(`/charges/${await risk.chargeOf(id)}/early-fraud-warning`);
    await activities().stripe.followNotice({ kind: 'fraud-warning' as const, id: warning.id });
    world.know(warning.id);
    expect((await sweep(world)).actions).toMatchObject({ [id]: 'followed_again' });
    await risk.heard(id);
    expect(await stateOf(warning.id)).toBe('completed');
  });
});

/** Temporal no longer knows this run, and a sweep looks for it so many hours later. */
async function sweepAfterLoss(lost: string, { hours, wide }: { hours: number; wide: boolean }): Promise<void> {
  const { runs } = world.deps();
  const stateOf = async (one: string) => (one === lost ? ('absent' as const) : runs.stateOf(one));
  const later = world.now() + hours * HOUR;
  const marks = { last: later, lastWide: wide ? later - HOUR : later };
  const window = windowOf(later, marks, { intervalMs: 300_000, staff: false });
  await activities({ runs: { ...runs, stateOf } }).orders.sweepRuns({ id: await begun(), window, cursor: null });
}

async function expiredOrder(): Promise<SessionId> {
  const { id } = await world.checkout([{ sku: 'song' }], { holdSeconds: 60 });
  await world.at(`/sessions/${id}/decline`, { email: 'ada@example.com' });
  await world.end(id);
  return id;
}

async function failedPayment(): Promise<SessionId> {
  const { id } = await world.checkout([{ sku: 'song' }]);
  await world.pay(id, { method: 'bank_debit' });
  await world.webhook(id);
  await until(async () => (await world.order(id)).paymentStatus === 'PROCESSING');
  await world.at(`/sessions/${id}/fail-delayed`);
  await world.webhook(id);
  await world.end(id);
  const createdAt = new Date(world.now() - 20 * 24 * HOUR);
  await world.db.order.update({ where: { sessionId: id }, data: { createdAt } });
  return id;
}

const HOUR = 3_600_000;
const WHEN_PAID = ['order_confirmation', 'order_received'];

/** A refund that came back from the bank. */
async function failedRefund(id: SessionId): Promise<{ id: string }> {
  const refund = await shop.dashboard(id, { amount: 500 });
  await world.at(`/refunds/${refund.id}/fail`);
  return refund;
}

async function lostDispute(id: SessionId): Promise<{ id: string }> {
  const dispute = await risk.dispute(id);
  await world.at(`/disputes/${dispute.id}/close`, { status: 'lost' });
  return dispute;
}

test('one session that cannot be handled is reported, the rest goes on, and the next sweep tries it again', async () => {
  const [good, bad] = [await paidUnheard(), await paidUnheard()];
  const deps = world.deps();
  const order: Deps['starter']['order'] = async (id, options) => {
    if (id === bad) throw new TypeError('of this session alone');
    return deps.starter.order(id, options);
  };
  const id = await begun();
  const window = windowOf(world.now(), { last: null, lastWide: null }, { intervalMs: 300_000, staff: true });
  await activities({ starter: { ...deps.starter, order } }).stripe.sweepSessions({ id, window, cursor: null });
  expect(await world.end(good)).toBe('COMPLETED');
  expect(await world.db.sweepSkip.findMany()).toMatchObject([{ reference: bad, reason: expect.any(String) }]);
  await activities().orders.finishSweep({ id, window, checked: 1 });
  expect(await readSweep(world.db, id)).toMatchObject({ status: 'COMPLETED', skipped: [{ reference: bad }] });
  expect(await world.db.accountAlarm.count({ where: { cause: 'sweep_skipped', resolvedAt: null } })).toBe(1);

  const next = await sweep(world);
  expect(await world.end(bad)).toBe('COMPLETED');
  expect(next.status).toBe('COMPLETED');
  expect(await world.db.sweepSkip.count()).toBe(0);
  expect(await world.db.accountAlarm.count({ where: { cause: 'sweep_skipped', resolvedAt: null } })).toBe(0);
});

test('what stops everything is no fault of one session: a sweep does not go on without it', async () => {
  const id = await paidUnheard();
  const away = Object.assign(new Error('14 UNAVAILABLE'), { cause: { code: 14 } });
  const order = () => Promise.reject(away);
  const window = windowOf(world.now(), { last: null, lastWide: null }, { intervalMs: 300_000, staff: true });
  const page = { id: await begun(), window, cursor: null };
  const starter = { ...world.deps().starter, order };
  await expect(activities({ starter }).stripe.sweepSessions(page)).rejects.toMatchObject({ type: 'unexpected' });
  expect(await world.db.sweepSkip.count()).toBe(0);
  await sweep(world);
  expect(await world.end(id)).toBe('COMPLETED');
});

/** A paid order of which no webhook came. */
async function paidUnheard(): Promise<SessionId> {
  const { id } = await world.checkout([{ sku: 'song' }]);
  await world.pay(id);
  return id;
}

/** The row of a sweep that a test does by hand. */
async function begun(): Promise<string> {
  const id = randomUUID();
  const at = new Date(world.now());
  await world.db.reconciliation.create({ data: { id, trigger: 'staff', status: 'RUNNING', startedAt: at } });
  return id;
}

/** The next mails are refused for the moment. */
async function mailsAreRefused(times: number): Promise<void> {
  await fetch(`${world.outbox.url}/api/faults`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ times, status: 500 }),
  });
}

describe('the sweep’s own health', () => {
  const alarms = () =>
    world.db.accountAlarm.findMany({
      where: { resolvedAt: null, cause: { not: 'stripe_down' } },
      orderBy: { cause: 'asc' },
    });
  const alarmMails = async () => {
    await tendAccount(world.deps());
    return world.db.mail.count({ where: { key: { startsWith: 'attention_needed/account/' } } });
  };
  const eventsAreRefused = (status: number) =>
    world.at('/faults', { match: { method: 'GET', path: '/v1/events' }, times: 1, kind: 'error_before', status });

  test('a sweep that keeps failing says why, and staff get one mail, until one succeeds', async () => {
    const before = await alarmMails();
    for (let sweeps = 0; sweeps < 3; sweeps++) {
      await eventsAreRefused(400);
      const { id, status } = await sweep(world);
      expect(status).toBe('FAILED');
      expect(await readSweep(world.db, id)).toMatchObject({ failure: expect.stringContaining('Stripe refuses') });
      expect(await alarms()).toMatchObject([{ cause: 'sweep_failed', subject: expect.stringContaining('Stripe') }]);
      expect((await alarmMails()) - before).toBe(1);
    }
    expect((await sweep(world)).status).toBe('COMPLETED');
    expect(await alarms()).toEqual([]);
  });

  test('a refused key is the alarm of the key, not one of the sweep as well', async () => {
    await eventsAreRefused(401);
    expect((await sweep(world)).status).toBe('FAILED');
    expect((await alarms()).map(({ cause }) => cause)).toEqual(['stripe_key']);
    expect((await sweep(world)).status).toBe('COMPLETED');
  });

  test('a sweep that fails each time for an outage which nobody else sees is an alarm of the sweep', async () => {
    const failed = { trigger: 'schedule' as const, checked: 0, reason: 'Stripe did not say', alarm: false };
    const fail = async () => activities().orders.failSweep({ ...failed, id: await begun(), outage: 'stripe_down' });
    await world.at('/faults', { match: { path: '^/v1/' }, times: 1000, kind: 'error_before' });
    await world.stripe.events.list().catch(() => undefined);
    await until(
      async () => (await world.db.accountAlarm.count({ where: { cause: 'stripe_down', resolvedAt: null } })) > 0,
    );
    await fail();
    expect(await alarms()).toEqual([]); // it is an outage
    await fetch(`${world.sandbox.url}/_control/faults`, { method: 'DELETE' });
    await world.sleep(20_000);
    await world.at('/faults', { match: { path: '^/v1/events' }, times: 1000, kind: 'error_before' });
    const sweeping = await sweep(world);
    expect(sweeping.status).toBe('FAILED');
    expect(await alarms()).toMatchObject([{ cause: 'sweep_failed', subject: expect.stringContaining('Stripe') }]);
    await fetch(`${world.sandbox.url}/_control/faults`, { method: 'DELETE' });
    expect((await sweep(world)).status).toBe('COMPLETED');
    expect(await alarms()).toEqual([]);
  });

  test('no sweep that ends is an alarm, also of the stuck runs that no sweep reports, until one ends', async () => {
    const stuck = [{ workflow: 'reconcile', id: 'reconcile-1', cause: 'NonDeterministicError' }];
    const deps = { ...world.deps(), runs: { ...world.deps().runs, stuck: async () => stuck } };
    const started = new Date(world.now());
    await watchSweeps(deps, started);
    expect(await alarms()).toEqual([]); // a sweep has just ended
    await world.sleep(1_300_000);
    await watchSweeps(deps, new Date(world.now()));
    expect(await alarms()).toEqual([]); // the worker has just started
    const before = await alarmMails();
    for (let turn = 0; turn < 3; turn++) await watchSweeps(deps, started);
    expect(await alarms()).toMatchObject([
      { cause: 'run_stuck', subject: 'reconcile: NonDeterministicError' },
      { cause: 'sweep_overdue', subject: '' },
    ]);
    expect((await alarmMails()) - before).toBe(1);
    expect((await sweep(world)).status).toBe('COMPLETED');
    await watchSweeps(deps, started);
    expect(await alarms()).toEqual([]);
  });

  test('a sweep that staff cancel is failed, and no alarm', async () => {
    const id = randomUUID();
    const start = reconcileStart({ id, trigger: 'schedule' });
    world.know(start.workflowId);
    await world.at('/faults', { match: { method: 'GET', path: '/v1/events' }, times: 1, kind: 'delay', ms: 11_000 });
    const handle = await world.client.workflow.start(WORKFLOWS.reconcile, start);
    await until(async () =>
      (await world.requests()).some(({ path, status }) => path === '/v1/events' && status === null),
    );
    await handle.cancel();
    await until(async () => (await readSweep(world.db, id))?.status === 'FAILED');
    expect(await readSweep(world.db, id)).toMatchObject({ failure: 'It was cancelled' });
    expect(await alarms()).toEqual([]);
  });

  test('runs that are parked before their order is known are one alarm for each kind, and end it when they go on', async () => {
    const id = await world.paidOrder([{ sku: 'mug' }]);
    const { id: known } = await risk.disputed(id);
    const found = async (...ids: string[]) => {
      const window = windowOf(world.now(), { last: null, lastWide: null }, { intervalMs: 300_000, staff: false });
      const needingAttention = async () => ids.map((one) => ({ workflow: 'dispute', id: one }));
      const deps = { runs: { ...world.deps().runs, needingAttention } };
      await activities(deps).orders.sweepUnfinished({ id: await begun(), window, cursor: null });
      return (await alarms()).map(({ subject }) => subject);
    };
    expect(await found(known)).toEqual([]); // its order shows it
    expect(await found('du_none', 'du_other')).toEqual([
      'dispute: parked (NeedsAttention = true), and its order is not known yet',
    ]);
    expect(await found()).toEqual([]);
    await world.handle(known as SessionId).terminate('the test');
  });

  test('runs whose tasks fail are one alarm for each kind and cause, and end it when they go on', async () => {
    const stuck = Array.from({ length: 30 }, (_, n) => ({
      ...{ workflow: 'order', id: `cs_test_${n}`, cause: 'NonDeterministicError' },
    }));
    const found = async (runs: typeof stuck) => {
      const window = windowOf(world.now(), { last: null, lastWide: null }, { intervalMs: 300_000, staff: false });
      const deps = { runs: { ...world.deps().runs, stuck: async () => runs } };
      await activities(deps).orders.sweepUnfinished({ id: await begun(), window, cursor: null });
    };
    const before = await alarmMails();
    for (let sweeps = 0; sweeps < 2; sweeps++) await found(stuck);
    expect(await alarms()).toMatchObject([{ cause: 'run_stuck', subject: 'order: NonDeterministicError' }]);
    expect((await alarmMails()) - before).toBe(1);
    await found([]);
    expect(await alarms()).toEqual([]);
  });
});
