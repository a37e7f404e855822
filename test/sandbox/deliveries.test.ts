import Stripe from 'stripe';
import { openSession, paidSession, type Received, type Rig, refusal, SIGNING_SECRET, startRig, until } from './rig';

let rig: Rig;
beforeEach(async () => {
  rig = await startRig();
});
afterEach(() => rig.end());

const DAY = 24 * 60 * 60;
const deliver = (plan: object) => rig.control('POST', '/deliveries', plan);
const flush = (selection?: object) => rig.control('POST', '/deliveries/flush', selection);
const advance = (seconds: number) => rig.control('POST', '/clock', { advanceMs: seconds * 1000 });
const idle = () => until(async () => (await rig.control('GET', '/deliveries')).underWay === 0);
const now = async () => Math.floor((await rig.control('GET', '/clock')).now / 1000);
const types = () => rig.hook.received.map(({ event }) => event.type);
const bodyOf = ({ payload }: Received) => JSON.parse(payload);
const completed = () => rig.hook.received.filter(({ payload }) => payload.includes('checkout.session.completed'));
const sent = (at: number) => completed()[at] as Received;

describe('thin events', () => {
  test('replace snapshots: they name the object without including it', async () => {
    await deliver({ form: 'thin' });
    const { id } = await paidSession(rig);
    await until(() => completed().length === 1);
    const { payload, signature } = sent(0);
    const [snapshot] = (await rig.stripe.events.list({ type: 'checkout.session.completed' })).data;
    expect(JSON.parse(payload)).toEqual({
      id: expect.stringMatching(/^evt_test_/),
      object: 'v2.core.event',
      type: 'v1.checkout.session.completed',
      livemode: false,
      created: new Date((snapshot?.created ?? 0) * 1000).toISOString(),
      related_object: { id, type: 'checkout.session', url: `/v1/checkout/sessions/${id}` },
      snapshot_event: snapshot?.id,
    });
    expect(snapshot).not.toHaveProperty('thinId');
    const notification = rig.stripe.parseEventNotification(payload, signature, SIGNING_SECRET);
    expect(await (notification as { fetchRelatedObject(): Promise<unknown> }).fetchRelatedObject()).toMatchObject({
      id,
      status: 'complete',
    });
  });

  test('are fetched by id, with what changed and the request that changed it', async () => {
    const { intent } = await paidSession(rig);
    await deliver({ form: 'thin' });
    await rig.stripe.refunds.create({ payment_intent: intent, amount: 1 }, { idempotencyKey: 'k' });
    const refunded = () =>
      rig.hook.received.find(({ payload }) => bodyOf({ payload } as Received).type === 'v1.charge.refunded');
    await until(() => refunded() !== undefined);
    const { id } = bodyOf(refunded() as Received);
    expect(await rig.stripe.v2.core.events.retrieve(id)).toMatchObject({
      id,
      reason: { type: 'request', request: { idempotency_key: 'k' } },
      changes: { before: { amount_refunded: 0 }, after: { amount_refunded: 1 } },
      related_object: { type: 'charge', url: expect.stringMatching(/^\/v1\/charges\/ch_/) },
    });
    expect((await refusal(rig.stripe.v2.core.events.retrieve('evt_x'))).statusCode).toBe(404);
  });

  test('are sent beside their snapshots, as two independent deliveries', async () => {
    await deliver({ form: 'both', mode: 'hold' });
    await paidSession(rig);
    await flush({ types: ['checkout.session.completed'] });
    expect(
      completed()
        .map((each) => bodyOf(each).object)
        .sort(),
    ).toEqual(['event', 'v2.core.event']);
    const [snapshot] = (await rig.stripe.events.list({ type: 'checkout.session.completed' })).data;
    expect(completed().map((each) => bodyOf(each).snapshot_event ?? bodyOf(each).id)).toEqual([
      snapshot?.id,
      snapshot?.id,
    ]);
  });

  test.each([
    ['refund', 'v1.refund.created', '/v1/refunds/re_'],
    ['radar.early_fraud_warning', 'v1.radar.early_fraud_warning.created', '/v1/radar/early_fraud_warnings/issfr_'],
    ['review', 'v1.review.opened', '/v1/reviews/prv_'],
    ['payout', 'v1.payout.created', '/v1/payouts/po_'],
    ['dispute', 'v1.charge.dispute.created', '/v1/disputes/du_'],
  ])('are sent about a %s', async (object, type, address) => {
    await deliver({ form: 'thin' });
    const { intent } = await paidSession(rig);
    const { latest_charge } = await rig.stripe.paymentIntents.retrieve(intent);
    await rig.control('POST', `/charges/${latest_charge}/review`);
    await rig.control('POST', `/charges/${latest_charge}/early-fraud-warning`);
    await rig.stripe.refunds.create({ payment_intent: intent, amount: 1 });
    await rig.control('POST', `/charges/${latest_charge}/dispute`);
    await advance(2 * DAY);
    await rig.control('POST', '/payouts', { currency: 'eur' });
    await idle();
    const event = rig.hook.received.map(bodyOf).find((body) => body.type === type);
    expect(event.related_object.type).toBe(object);
    expect(event.related_object.url).toContain(address);
  });
});

describe('a delivery plan', () => {
  test('delays deliveries by the sandbox’s clock', async () => {
    await deliver({ delayMs: 3600_000 });
    await paidSession(rig);
    await advance(3590);
    await idle();
    expect(rig.hook.received).toEqual([]);
    await advance(11);
    await rig.hook.got('checkout.session.completed');
  });

  test('replaces the whole plan: a field left out goes back to what Stripe does', async () => {
    await deliver({ mode: 'hold', duplicate: 2, form: 'thin', signedAhead: 9, account: 'acct_x' });
    await deliver({ duplicate: 1 });
    expect((await rig.control('GET', '/deliveries')).plan).toEqual({
      mode: 'normal',
      duplicate: 1,
      shuffle: false,
      delayMs: 0,
      form: 'snapshot',
      signedAhead: 0,
      livemode: false,
      account: null,
      context: null,
    });
    expect(await deliver({ form: 'fat' })).toHaveProperty('error');
  });

  test('dates signatures ahead or back', async () => {
    const { webhooks } = new Stripe('sk_test_x');
    const seconds = ({ signature }: Received) => Number(/t=(\d+)/.exec(signature)?.[1]) - Math.floor(Date.now() / 1000);
    await deliver({ signedAhead: 301 });
    await paidSession(rig);
    await until(() => completed().length === 1);
    expect(Math.abs(seconds(sent(0)) - 301)).toBeLessThan(5);
    expect(() => webhooks.constructEvent(sent(0).payload, sent(0).signature, SIGNING_SECRET)).not.toThrow();
    await deliver({ signedAhead: -301 });
    await paidSession(rig);
    await until(() => completed().length === 2);
    expect(() => webhooks.constructEvent(sent(1).payload, sent(1).signature, SIGNING_SECRET)).toThrow(/tolerance/);
  });

  test('names the account as a destination of an organisation does', async () => {
    await deliver({ context: 'acct_own', form: 'both' });
    await openSession(rig).then(({ id }) => rig.control('POST', `/sessions/${id}/expire`));
    await until(() => rig.hook.received.length >= 2);
    const bodies = rig.hook.received.map(({ payload }) => JSON.parse(payload));
    expect(bodies.map(({ context, account }) => [context, account])).toEqual(bodies.map(() => ['acct_own', undefined]));
  });

  test('claims live mode, or another account', async () => {
    await deliver({ livemode: true, account: 'acct_other', form: 'both' });
    await paidSession(rig);
    await until(() => completed().length === 2);
    const [snapshot, thin] = completed()
      .map(bodyOf)
      .sort((one) => (one.object === 'event' ? -1 : 1));
    expect(snapshot).toMatchObject({ livemode: true, account: 'acct_other' });
    expect(thin).toMatchObject({ livemode: true, context: 'acct_other' });
  });
});

describe('held deliveries', () => {
  beforeEach(async () => {
    await deliver({ mode: 'hold' });
    await paidSession(rig);
  });

  test('are sent in reverse', async () => {
    await flush({ order: 'reverse' });
    expect(types()[0]).toBe('checkout.session.completed');
    expect(types().slice(-2)).toEqual(['payment_intent.created', 'product.created']);
  });

  test('are sent by type, the rest later', async () => {
    expect(await flush({ types: ['payment_intent.succeeded'] })).toEqual({ sent: 1 });
    expect(types()).toEqual(['payment_intent.succeeded']);
    await flush({ order: 'shuffle' });
    expect(types()).toHaveLength(5);
  });

  test('are shuffled into an order other than the original', async () => {
    for (let more = 0; more < 5; more++)
      await openSession(rig).then(({ id }) => rig.stripe.checkout.sessions.expire(id));
    for (let more = 0; more < 5; more++) await paidSession(rig);
    const happened = (await rig.stripe.events.list({ limit: 100 })).data.map(({ id }) => id).reverse();
    await flush({ order: 'shuffle' });
    const arrived = rig.hook.received.map(({ event }) => event.id);
    expect(arrived).not.toEqual(happened);
    expect([...arrived].sort()).toEqual([...happened].sort());
  });

  test('are dropped in part, and those events are listed as undelivered', async () => {
    expect(await rig.control('POST', '/deliveries/discard', { types: ['checkout.session.completed'] })).toEqual({
      discarded: 1,
    });
    await deliver({});
    await idle();
    await advance(DAY);
    await idle();
    expect(types()).not.toContain('checkout.session.completed');
    expect(types()).toHaveLength(4);
    const { data } = await rig.stripe.events.list({ delivery_success: false });
    expect(data.map(({ type }) => type)).toEqual(['checkout.session.completed']);
    expect((await rig.stripe.events.list({ delivery_success: true })).data).toHaveLength(4);
  });
});

describe('past events', () => {
  test('are replayed, several times, in their order or shuffled', async () => {
    await paidSession(rig);
    await advance(DAY);
    const since = await now();
    await paidSession(rig);
    await advance(DAY);
    const until_ = (await now()) - 1;
    await paidSession(rig);
    await idle();
    rig.hook.received.length = 0;
    expect(await rig.control('POST', '/events/replay', { since, until: until_, times: 2 })).toEqual({
      events: 5,
      sent: 10,
      refused: 0,
    });
    expect(rig.hook.received).toHaveLength(10);
    expect(new Set(rig.hook.received.map(({ event }) => event.id)).size).toBe(5);
    rig.hook.status = 500;
    const only = { since: 0, types: ['charge.succeeded'], shuffle: true, form: 'thin' };
    expect(await rig.control('POST', '/events/replay', only)).toEqual({ events: 3, sent: 3, refused: 3 });
  });

  test('are resent with falsified fields', async () => {
    await paidSession(rig);
    await idle();
    const { event } = sent(0);
    const again = { times: 2, livemode: true, account: 'acct_other', form: 'thin' };
    expect(await rig.control('POST', `/events/${event.id}/redeliver`, again)).toEqual({ statuses: [200, 200] });
    expect(completed().slice(1).map(bodyOf)).toMatchObject([
      { snapshot_event: event.id, livemode: true, context: 'acct_other' },
      { snapshot_event: event.id },
    ]);
  });

  test('are listed by time, page by page', async () => {
    await paidSession(rig);
    await advance(60);
    const between = await now();
    await advance(60);
    await paidSession(rig);
    const all = await rig.stripe.events.list({ limit: 100 }).autoPagingToArray({ limit: 100 });
    const inPages = await rig.stripe.events.list({ limit: 3 }).autoPagingToArray({ limit: 100 });
    expect(inPages.map(({ id }) => id)).toEqual(all.map(({ id }) => id));
    const after = await rig.stripe.events.list({ created: { gte: between }, limit: 100 });
    const before = await rig.stripe.events.list({ created: { lt: between }, limit: 100 });
    expect([...after.data, ...before.data].map(({ id }) => id)).toEqual(all.map(({ id }) => id));
    expect(after.data).toHaveLength(all.length / 2);
    const back = await rig.stripe.events.list({ ending_before: all.at(-1)?.id ?? '', limit: 2 });
    expect(back).toMatchObject({ has_more: true, data: [{ id: all.at(-3)?.id }, { id: all.at(-2)?.id }] });
  });
});
