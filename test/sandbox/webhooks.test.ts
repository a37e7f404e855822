import type Stripe from 'stripe';
import { signatureHeader } from '../../sandbox/stripe/webhooks/signature';
import { type Hook, openSession, paidSession, type Rig, SIGNING_SECRET, startHook, startRig, until } from './rig';

let rig: Rig;
beforeEach(async () => {
  rig = await startRig();
});
afterEach(() => rig.end());

const MINUTE = 60_000;
const completed = (hook: Hook) => hook.received.filter(({ event }) => event.type === 'checkout.session.completed');
const advance = (advanceMs: number) => rig.control('POST', '/clock', { advanceMs });
const idle = () => until(async () => (await rig.control('GET', '/deliveries')).underWay === 0);
const undelivered = async () =>
  (await rig.stripe.events.list({ delivery_success: false, type: 'checkout.session.completed' })).data;
const flush = () => rig.control('POST', '/deliveries/flush');

describe('an event', () => {
  test('arrives signed, as the API lists it', async () => {
    const { id } = await paidSession(rig);
    await rig.hook.got('checkout.session.completed');
    const { event, payload, signature } = completed(rig.hook)[0] as (typeof rig.hook.received)[number];
    expect(event).toMatchObject({
      id: expect.stringMatching(/^evt_/),
      object: 'event',
      api_version: '2026-10-28.endive',
      livemode: false,
      pending_webhooks: 1,
      request: { id: null, idempotency_key: null },
      data: { object: { id, object: 'checkout.session', status: 'complete' } },
    });
    await flush();
    expect(await rig.stripe.events.retrieve(event.id)).toMatchObject({ ...event, pending_webhooks: 0 });
    expect(() => rig.stripe.webhooks.constructEvent(payload, signature, SIGNING_SECRET)).not.toThrow();
    expect(() => rig.stripe.webhooks.constructEvent(`${payload} `, signature, SIGNING_SECRET)).toThrow();
    expect(() => rig.stripe.webhooks.constructEvent(payload, signature, 'whsec_other')).toThrow();
  });

  test('shows the object at that time, and names the request that changed it', async () => {
    const { intent } = await paidSession(rig);
    const { lastResponse } = await rig.stripe.refunds.create({ payment_intent: intent }, { idempotencyKey: 'a-key' });
    const [refunded] = (await rig.stripe.events.list({ type: 'charge.refunded' })).data;
    expect(refunded?.request).toEqual({ id: lastResponse.requestId, idempotency_key: 'a-key' });
    const [succeeded] = (await rig.stripe.events.list({ type: 'charge.succeeded' })).data;
    expect(succeeded?.data.object).toMatchObject({ refunded: false, amount_refunded: 0 });
  });

  test('is listed by type, group of types or several types', async () => {
    await paidSession(rig);
    const types = async (params: Stripe.EventListParams) =>
      (await rig.stripe.events.list(params)).data.map(({ type }) => type);
    expect(await types({ type: 'charge.succeeded' })).toEqual(['charge.succeeded']);
    expect(await types({ type: 'payment_intent.*' })).toEqual(['payment_intent.succeeded', 'payment_intent.created']);
    expect(await types({ types: ['charge.succeeded', 'checkout.session.completed'] })).toEqual([
      'checkout.session.completed',
      'charge.succeeded',
    ]);
  });

  test('of a silenced type is neither created nor listed', async () => {
    await rig.control('POST', '/events/silence', { types: ['checkout.session.completed'] });
    await paidSession(rig);
    await rig.hook.got('payment_intent.succeeded');
    await flush();
    expect(completed(rig.hook)).toEqual([]);
    expect((await rig.stripe.events.list({ type: 'checkout.session.completed' })).data).toEqual([]);
  });
});

describe('a delivery', () => {
  test('is retried after growing pauses for three days', async () => {
    rig.hook.status = 500;
    const { id } = await paidSession(rig);
    await idle();
    expect(completed(rig.hook)).toHaveLength(1);
    expect(await undelivered()).toMatchObject([{ pending_webhooks: 1, data: { object: { id } } }]);

    const pauses = [10, 40, 160, 640, 2560, 10_240, 40_960, 43_200, 43_200, 43_200, 43_200];
    for (const [index, seconds] of pauses.entries()) {
      await advance(seconds * 1000 - 500);
      await idle();
      expect(completed(rig.hook)).toHaveLength(index + 1);
      await advance(600);
      await idle();
      expect(completed(rig.hook)).toHaveLength(index + 2);
    }
    await advance(48 * 60 * MINUTE);
    await idle();
    expect(completed(rig.hook)).toHaveLength(pauses.length + 1);
    expect(await undelivered()).toMatchObject([{ pending_webhooks: 0 }]);
  });

  test('fails on a redirect', async () => {
    rig.hook.status = 302;
    rig.hook.headers = { location: `${rig.hook.url}/elsewhere` };
    const { id } = await paidSession(rig);
    await idle();
    expect(completed(rig.hook)).toHaveLength(1);
    expect(await undelivered()).toMatchObject([{ data: { object: { id } } }]);
  });

  test('succeeds on a retry', async () => {
    rig.hook.status = 503;
    await paidSession(rig);
    await until(() => completed(rig.hook).length > 0);
    await idle();
    rig.hook.status = 200;
    await advance(11_000);
    await until(async () => (await rig.stripe.events.list({ delivery_success: false })).data.length === 0);
    expect(completed(rig.hook)).toHaveLength(2);
    expect(new Set(completed(rig.hook).map(({ event }) => event.id)).size).toBe(1);
  });

  test('fails if the endpoint cannot be reached', async () => {
    await rig.stripe.webhookEndpoints.create({
      url: 'http://127.0.0.1:9/nobody',
      enabled_events: ['checkout.session.completed'],
    });
    await paidSession(rig);
    await idle();
    const { data } = await rig.stripe.events.list({ delivery_success: false });
    expect(data.map(({ type }) => type)).toEqual(['checkout.session.completed']);
  });

  test('is held until it is flushed', async () => {
    await rig.control('POST', '/deliveries', { mode: 'hold' });
    await paidSession(rig);
    expect(rig.hook.received).toEqual([]);
    expect((await flush()).sent).toBeGreaterThan(3);
    expect(completed(rig.hook)).toHaveLength(1);
    await openSession(rig);
    await rig.control('POST', '/deliveries', { mode: 'normal' });
    await until(async () => (await rig.stripe.events.list({ delivery_success: false })).data.length === 0);
  });

  test('is dropped for good, and still listed as undelivered', async () => {
    await rig.control('POST', '/deliveries', { mode: 'drop' });
    await paidSession(rig);
    await rig.control('POST', '/deliveries', { mode: 'normal' });
    await advance(24 * 60 * MINUTE);
    expect((await flush()).sent).toBe(0);
    expect(rig.hook.received).toEqual([]);
    expect(
      (await rig.stripe.events.list({ delivery_success: false, type: 'checkout.session.completed' })).data,
    ).toHaveLength(1);
  });

  test('is repeated and shuffled', async () => {
    await rig.control('POST', '/deliveries', { duplicate: 3, shuffle: true });
    const paid = await Promise.all([...Array(10)].map(() => paidSession(rig)));
    await until(() => completed(rig.hook).length === 40);
    const order = completed(rig.hook).map(({ event }) => (event.data.object as { id: string }).id);
    expect(new Set(order)).toEqual(new Set(paid.map(({ id }) => id)));
    expect(new Set(completed(rig.hook).map(({ event }) => event.id)).size).toBe(10);
  });

  test('is resent by hand', async () => {
    await paidSession(rig);
    await rig.hook.got('checkout.session.completed');
    const event = completed(rig.hook)[0]?.event.id;
    expect(await rig.control('POST', `/events/${event}/redeliver`)).toEqual({ statuses: [200] });
    expect(completed(rig.hook)).toHaveLength(2);
  });
});

describe('an endpoint', () => {
  test('receives the types it enabled, signed with its own secret, which is shown once', async () => {
    const created = await rig.stripe.webhookEndpoints.create({
      url: 'http://127.0.0.1:9/later',
      enabled_events: ['charge.succeeded'],
      api_version: '2026-10-28.endive',
      metadata: { a: 'b' },
    });
    expect(created).toMatchObject({ status: 'enabled', api_version: '2026-10-28.endive', metadata: { a: 'b' } });
    const other = await startHook(created.secret);
    await rig.stripe.webhookEndpoints.update(created.id, { url: other.url });
    expect(await rig.stripe.webhookEndpoints.retrieve(created.id)).not.toHaveProperty('secret');
    await paidSession(rig);
    await other.got('charge.succeeded');
    await flush();
    expect(other.received.map(({ event }) => event.type)).toEqual(['charge.succeeded']);

    await rig.stripe.webhookEndpoints.update(created.id, { disabled: true });
    await paidSession(rig);
    await flush();
    expect(other.received).toHaveLength(1);
    await rig.stripe.webhookEndpoints.del(created.id);
    expect((await rig.stripe.webhookEndpoints.list()).data.map(({ id }) => id)).toEqual(['we_sandbox_default']);
    await other.close();
  });

  test('gets signatures of both secrets while its secret is rolled', async () => {
    await rig.control('POST', '/webhook_endpoints/we_sandbox_default/roll', {
      secret: 'whsec_new',
      overlapSeconds: 60,
    });
    await paidSession(rig);
    await rig.hook.got('checkout.session.completed');
    const { payload, signature } = completed(rig.hook)[0] as (typeof rig.hook.received)[number];
    expect(signature.match(/v1=/g)).toHaveLength(2);
    expect(() => rig.stripe.webhooks.constructEvent(payload, signature, 'whsec_new')).not.toThrow();
    await advance(61_000);
    await paidSession(rig);
    await rig.hook.got('unverified');
    const last = rig.hook.received.at(-1);
    expect(last?.signature.match(/v1=/g)).toHaveLength(1);
    expect(() =>
      rig.stripe.webhooks.constructEvent(last?.payload ?? '', last?.signature ?? '', 'whsec_new'),
    ).not.toThrow();
  });
});

test('the signature matches the library’s', () => {
  const created = rig.stripe.webhooks.generateTestHeaderString({
    payload: '{"a":1}',
    secret: 'whsec_x',
    timestamp: 1_700_000_000,
  });
  expect(signatureHeader('{"a":1}', ['whsec_x'], 1_700_000_000)).toBe(created);
});

test('signatures carry real time, whatever the sandbox’s clock', async () => {
  await advance(48 * 60 * MINUTE);
  await paidSession(rig);
  await rig.hook.got('checkout.session.completed');
  const signedAt = Number(/t=(\d+)/.exec(rig.hook.received[0]?.signature ?? '')?.[1]);
  expect(Math.abs(signedAt - Date.now() / 1000)).toBeLessThan(60);
});
