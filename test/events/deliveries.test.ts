import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Registry } from 'prom-client';
import { Resend } from 'resend';
import { deliverDue, type EventDeps } from '../../activities/events/deliver';
import { tendReceiver } from '../../activities/events/tend';
import { createEventMetrics } from '../../activities/metrics';
import { eventDocument } from '../../api/events/documents';
import type { SessionId } from '../../domain/ids';
import { nextTry, OUTBOUND_TYPES, type OutboundEvent } from '../../domain/outbound';
import type { Env } from '../../platform/env';
import { createEventSender } from '../../platform/event-sender';
import { signaturesOf } from '../../platform/standard-webhooks';
import type { Db } from '../../store/database';
import { claimDeliveries } from '../../store/events/deliveries';
import { raiseAttention } from '../../store/orders/attention';
import { recordReplacement } from '../../store/orders/replacements';
import { recordReturn } from '../../store/orders/returns';
import { readOrder } from '../../store/orders/view';
import { createEventGauge } from '../../worker/event-gauge';
import { keepSendingEvents } from '../../worker/events';
import { withDatabase } from '../support/database';
import { until } from '../support/until';
import { type Receiver, says, startReceiver, takes } from './receiver';
import { Shop } from './shop';

/** How events reach the receiver, and what becomes of those that do not. */

const OLD = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
const NEW = `whsec_${Buffer.from('another secret of thirty-two byte').toString('base64')}`;
const MINUTE = 60_000;
const DAY = 86_400_000;

const clock = { ms: Date.now(), now: () => clock.ms };
let db: Db;
let shop: Shop;
let receiver: Receiver;
withDatabase(8, (opened) => {
  db = opened;
  shop = new Shop(db, clock);
});
beforeAll(async () => {
  receiver = await startReceiver();
});
afterAll(() => receiver.stop());

const logged: object[] = [];
let deps: EventDeps;
beforeEach(async () => {
  await db.$executeRaw`TRUNCATE deliveries, event_receiver, account_alarms`;
  receiver.got.length = 0;
  receiver.answers(takes);
  logged.length = 0;
  clock.ms = Date.now();
  deps = {
    ...{ db, clock, metrics: createEventMetrics(new Registry()) },
    log: { warn: (what: object) => void logged.push(what), error: (what: object) => void logged.push(what) },
    sender: createEventSender({ url: receiver.url, secrets: [NEW, OLD] }),
  };
  await tendReceiver(deps);
});

/** Sends what is due until nothing is, and answers what was tried and taken. */
async function send(): Promise<{ tried: number; taken: number }> {
  const all = { tried: 0, taken: 0 };
  for (;;) {
    const { tried, taken } = await deliverDue(deps, 5);
    if (tried === 0) return all;
    all.tried += tried;
    all.taken += taken;
  }
}

/** An order with one event. */
async function paid(): Promise<SessionId> {
  const id = await shop.order({ status: 'PENDING' });
  await db.order.update({ where: { sessionId: id }, data: { status: 'PREPARING', updatedAt: shop.at } });
  return id;
}

const deliveryOf = (sessionId: SessionId) => db.delivery.findFirstOrThrow({ where: { sessionId } });
const alarms = async () =>
  (await db.accountAlarm.findMany({ where: { resolvedAt: null } })).map(({ cause }) => cause).sort();
/** Time passes, and a worker looks after the receiver meanwhile. */
async function passes(ms: number): Promise<void> {
  clock.ms += ms;
  await tendReceiver(deps);
}

describe('a signature', () => {
  test('is the one of the published example', () => {
    const event = { id: 'msg_p5jXN8AQM9LWM0D4loKWxJek', timestamp: '1614265330', body: '{"test": 2432232314}' };
    expect(signaturesOf(event, [OLD])).toBe('v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=');
  });

  test('is accepted by the library of the scheme, under the new secret and the old one, and no other', async () => {
    await paid();
    await send();
    const [event] = receiver.got;
    const verified = (webhookSecret: string, body = event?.body ?? '') =>
      new Resend('re_test').webhooks.verify({
        payload: body,
        headers: {
          id: event?.id ?? '',
          timestamp: String(event?.headers['webhook-timestamp']),
          signature: String(event?.headers['webhook-signature']),
        },
        webhookSecret,
      });
    for (const secret of [OLD, NEW]) expect(verified(secret)).toEqual(JSON.parse(event?.body ?? ''));
    expect(() => verified(`whsec_${Buffer.from('x'.repeat(32)).toString('base64')}`)).toThrow();
    expect(() => verified(OLD, `${event?.body} `)).toThrow();
  });

  test('is accepted by the function that docs/outbound-events.md shows', async () => {
    await paid();
    await send();
    const [event] = receiver.got;
    const page = readFileSync(join(__dirname, '../../docs/outbound-events.md'), 'utf8');
    const [, code = ''] = /```js\n([\s\S]*?)```/.exec(page) ?? [];
    const verify = new Function('require', `${code}; return verify;`)(require);
    for (const secret of [OLD, NEW])
      expect(verify(secret, event?.headers, event?.body)).toEqual(JSON.parse(event?.body ?? ''));
    expect(() => verify(OLD, event?.headers, `${event?.body} `)).toThrow('forged');
    expect(() => verify(OLD, { ...event?.headers, 'webhook-timestamp': '1' }, event?.body)).toThrow('too old');
  });
});

describe('an event', () => {
  test('of each type has what the OpenAPI document says, and nothing personal', async () => {
    const id = await shop.order({ status: 'PENDING' });
    await shop.stock(id);
    const move = (status: 'PREPARING' | 'COMPLETED') =>
      db.order.update({ where: { sessionId: id }, data: { status, updatedAt: shop.at } });
    await move('PREPARING');
    await shop.ship(id, 2);
    await move('COMPLETED');
    const asked = { sessionId: id, requestHash: 'body', actor: 'ada', at: shop.at };
    const items = [{ sku: shop.skuOf(id), quantity: 1 }];
    await recordReturn(db, { ...asked, key: 'r', items, condition: 'write_off', refund: null });
    await recordReplacement(db, { ...asked, key: 'e', items });
    await shop.refund(id, 'pending');
    await shop.refund(id, 'failed');
    await shop.dispute(id, 'needs_response');
    await shop.dispute(id, 'won');
    for (const status of ['EXPIRED', 'CANCELLED'] as const) {
      const other = await shop.order({ status: 'PENDING', paymentStatus: 'UNPAID' });
      await db.order.update({ where: { sessionId: other }, data: { status, updatedAt: shop.at } });
    }
    await send();
    const events = receiver.got.map(({ body }) => JSON.parse(body) as { type: OutboundEvent; data: object });
    expect([...new Set(events.map(({ type }) => type))].sort()).toEqual([...OUTBOUND_TYPES].sort());
    for (const event of events) expect(eventDocument(event.type).parse(event)).toEqual(event);
    expect(receiver.got.map(({ body }) => body).join()).not.toMatch(/ada@|lovelace|loom/i);
    const dataOf = (type: OutboundEvent) => events.find((one) => one.type === type)?.data;
    expect(dataOf('order.shipped')).toMatchObject({
      order: {
        number: (await readOrder(db, id))?.number,
        status: 'PREPARING',
        total: { amount: 2000, currency: 'eur' },
      },
      shipment: { carrier: 'DHL', items: [{ sku: shop.skuOf(id), quantity: 2 }], shippedAt: shop.at.toISOString() },
    });
    expect(dataOf('order.refund_failed')).toMatchObject({
      refund: { id: `re_${id}_500`, status: 'failed', amount: { amount: 500, currency: 'eur' }, reason: 'other' },
    });
    expect(dataOf('order.returned')).toMatchObject({ return: { items, condition: 'write_off' } });
    expect(dataOf('order.replaced')).toMatchObject({ replacement: { items: [{ ...items[0], with: null }] } });
    expect(dataOf('order.dispute_opened')).toMatchObject({ dispute: { id: `du_${id}`, reason: 'fraudulent' } });
    expect(dataOf('order.attention_needed')).toMatchObject({ attention: { step: 'refund-failed' } });
  });

  test('as docs/outbound-events.md shows it is one', () => {
    const page = readFileSync(join(__dirname, '../../docs/outbound-events.md'), 'utf8');
    const [, shown = ''] = /```json\n([\s\S]*?)```/.exec(page) ?? [];
    const event = JSON.parse(shown) as { type: OutboundEvent };
    expect(eventDocument(event.type).parse(event)).toEqual(event);
  });

  test('shows its order as it is when it is sent', async () => {
    const id = await paid();
    receiver.answers(says(500));
    await send();
    expect(JSON.parse(receiver.got[0]?.body ?? '')).toMatchObject({ data: { order: { status: 'PREPARING' } } });
    await shop.ship(id, 2);
    clock.ms += MINUTE;
    receiver.answers(takes);
    await send();
    const first = receiver.got.find(({ body }, n) => n > 0 && body.includes('"order.paid"'));
    expect(first?.id).toBe(receiver.got[0]?.id);
    expect(JSON.parse(first?.body ?? '')).toMatchObject({ data: { order: { status: 'SHIPPED' } } });
  });

  test('is sent once, and recorded', async () => {
    const id = await paid();
    expect(await send()).toEqual({ tried: 1, taken: 1 });
    const { id: event, ...delivery } = await deliveryOf(id);
    expect(receiver.got.map((one) => one.id)).toEqual([event]);
    expect(receiver.got[0]?.headers).toMatchObject({
      'content-type': 'application/json',
      'webhook-timestamp': String(Math.floor(clock.ms / 1000)),
    });
    expect(delivery).toMatchObject({ status: 'DELIVERED', attempts: 1, deliveredAt: shop.at, nextTryAt: null });
    clock.ms += DAY;
    expect(await send()).toEqual({ tried: 0, taken: 0 });
  });

  test('of many workers at once is sent by one of them', async () => {
    for (let n = 0; n < 12; n++) await paid();
    const workers = await Promise.all([1, 2, 3, 4].map(() => deliverDue(deps, 5)));
    expect(workers.reduce((sum, { tried }) => sum + tried, 0)).toBe(12);
    expect(new Set(receiver.got.map(({ id }) => id)).size).toBe(12);
  });

  test('that cannot be composed stands in the way of no other', async () => {
    const broken = await paid();
    await db.delivery.updateMany({ data: { type: 'order.refunded', subject: 'no such refund' } });
    const id = await paid();
    expect(await send()).toEqual({ tried: 2, taken: 1 });
    expect(await deliveryOf(id)).toMatchObject({ status: 'DELIVERED' });
    expect(await deliveryOf(broken)).toMatchObject({ status: 'PENDING', attempts: 0 });
    expect(logged).toEqual([expect.objectContaining({ delivery: (await deliveryOf(broken)).id })]);
  });

  test('whose worker is killed after it was sent and before that is recorded is sent again under the same id', async () => {
    const id = await paid();
    const leasedUntil = new Date(clock.ms + MINUTE);
    const [claimed] = await claimDeliveries(db, { limit: 5, at: shop.at, leasedUntil });
    await deps.sender.send({ id: claimed?.id ?? '', body: '{}', at: shop.at });
    expect(await send()).toEqual({ tried: 0, taken: 0 });
    clock.ms += MINUTE;
    expect(await send()).toEqual({ tried: 1, taken: 1 });
    expect(receiver.got.map((one) => one.id)).toEqual([claimed?.id, claimed?.id]);
    expect(await deliveryOf(id)).toMatchObject({ status: 'DELIVERED', attempts: 1 });
  });
});

describe('a receiver', () => {
  test('that answers 500, then 200, gets the event twice under one id, each time signed anew', async () => {
    const id = await paid();
    receiver.answers((res, nth) => says(nth === 1 ? 500 : 200)(res));
    expect(await send()).toEqual({ tried: 1, taken: 0 });
    expect(await deliveryOf(id)).toMatchObject({
      ...{ status: 'PENDING', attempts: 1, lastError: 'http_500', nextTryAt: new Date(clock.ms + 5_000) },
    });
    clock.ms += 4_999;
    expect(await send()).toEqual({ tried: 0, taken: 0 });
    clock.ms += 1;
    expect(await send()).toEqual({ tried: 1, taken: 1 });
    const [first, second] = receiver.got;
    expect(second?.id).toBe(first?.id);
    expect(second?.headers['webhook-signature']).not.toBe(first?.headers['webhook-signature']);
    expect(await deliveryOf(id)).toMatchObject({ status: 'DELIVERED', attempts: 2, lastError: null });
    const { values } = await deps.metrics.deliveries.get();
    expect(values.map(({ labels, value }) => [labels.outcome, value])).toEqual([
      ['failed', 1],
      ['delivered', 1],
    ]);
  });

  test('that is slow: the try is given up after its time', async () => {
    const id = await paid();
    receiver.answers(() => undefined);
    deps.sender = createEventSender({ url: receiver.url, secrets: [NEW] }, 200);
    expect(await send()).toEqual({ tried: 1, taken: 0 });
    expect(await deliveryOf(id)).toMatchObject({ status: 'PENDING', lastError: 'timeout' });
  });

  test.each([
    ['begins to answer and stops', (res: Parameters<typeof takes>[0]) => void res.socket?.destroy(), /^[A-Z_]+$/],
    ['sends elsewhere: the event does not follow', says(307, { location: '/elsewhere' }), 'http_307'],
  ])('that %s', async (_what, how, error) => {
    const id = await paid();
    receiver.answers(how);
    expect(await send()).toEqual({ tried: 1, taken: 0 });
    const { status, lastError } = await deliveryOf(id);
    expect([status, lastError]).toEqual(['PENDING', typeof error === 'string' ? error : expect.stringMatching(error)]);
    expect(receiver.got).toHaveLength(1);
  });

  test('that is down is tried again', async () => {
    const id = await paid();
    await receiver.stop();
    await send();
    expect(await deliveryOf(id)).toMatchObject({ status: 'PENDING', lastError: 'ECONNREFUSED' });
    await receiver.start();
    clock.ms += 5_000;
    expect(await send()).toEqual({ tried: 1, taken: 1 });
  });

  test('whose answer never ends has taken the event: its body is not read', async () => {
    await paid();
    let written = 0;
    receiver.answers((res) => {
      res.writeHead(200, { 'content-type': 'text/plain' });
      const more = () => {
        while (!res.destroyed && written < 1e9) {
          written += 65_536;
          if (!res.write(Buffer.alloc(65_536))) return void res.once('drain', more);
        }
      };
      more();
    });
    expect(await send()).toEqual({ tried: 1, taken: 1 });
    expect(written).toBeLessThan(50_000_000);
  });

  test('that takes nothing for ten minutes is one alarm, however many events wait; it ends with the first it takes', async () => {
    for (let n = 0; n < 7; n++) await paid();
    receiver.answers(says(503));
    await send();
    await passes(9 * MINUTE);
    await send();
    expect(await alarms()).toEqual([]);
    await passes(MINUTE);
    expect(await alarms()).toEqual(['events_down']);
    await passes(MINUTE);
    await send();
    expect(await db.accountAlarm.count()).toBe(1);
    receiver.answers(takes);
    await passes(15 * MINUTE);
    expect(await send()).toEqual({ tried: 7, taken: 7 });
    await passes(MINUTE);
    expect(await alarms()).toEqual([]);
  });

  test('that refuses one event and takes others is no alarm, until the one is given up; then it is one', async () => {
    const refused = await paid();
    const { id } = await deliveryOf(refused);
    const answering = (res: Parameters<typeof takes>[0]) => says(receiver.got.at(-1)?.id === id ? 422 : 200)(res);
    receiver.answers(answering);
    const began = clock.ms;
    for (;;) {
      await paid();
      await send();
      const { nextTryAt } = await deliveryOf(refused);
      if (nextTryAt === null) break;
      await passes(Math.max(11 * MINUTE, nextTryAt.getTime() - clock.ms));
      expect(await alarms()).toEqual([]);
    }
    expect(clock.ms - began).toBeGreaterThan(2.5 * DAY);
    expect(await deliveryOf(refused)).toMatchObject({ status: 'GIVEN_UP', lastError: 'http_422', nextTryAt: null });
    expect(logged).toEqual([expect.objectContaining({ delivery: id, type: 'order.paid', error: 'http_422' })]);
    await passes(MINUTE);
    expect(await alarms()).toEqual(['events_given_up']);
  });

  test('that is gone (410) gets nothing more, and is one alarm; events go on being written down', async () => {
    const [first, second] = [await paid(), await paid()];
    receiver.answers(says(410));
    await deliverDue(deps, 1);
    expect(receiver.got).toHaveLength(1);
    await passes(0);
    expect(await alarms()).toEqual(['events_gone']);
    receiver.answers(takes);
    const third = await paid();
    await passes(DAY / 2);
    expect(await send()).toEqual({ tried: 0, taken: 0 });
    for (const id of [first, second, third]) expect(await deliveryOf(id)).toMatchObject({ status: 'PENDING' });

    // At another address it is another receiver.
    deps.sender = createEventSender({ url: `${receiver.url}moved`, secrets: [NEW] });
    await passes(0);
    expect(await alarms()).toEqual([]);
    expect(await send()).toEqual({ tried: 3, taken: 3 });
  });
});

describe('a worker', () => {
  const start = (env: Pick<Env, 'EVENTS_URL' | 'EVENTS_SECRET'>, stopping: () => boolean) =>
    keepSendingEvents({ ...deps, env }, new Registry(), stopping);

  test('says that there is a receiver before it runs anything, and sends what happens from then on', async () => {
    await db.eventReceiver.deleteMany();
    let stopped = false;
    await start({ EVENTS_URL: receiver.url, EVENTS_SECRET: [NEW] }, () => stopped);
    const id = await paid();
    await until(async () => (await deliveryOf(id)).status === 'DELIVERED');
    expect(receiver.got).toHaveLength(1);
    stopped = true;
  });

  test('without EVENTS_URL sends nothing, has nothing written down, and ends the alarms about a receiver', async () => {
    await db.eventReceiver.deleteMany();
    const since = { since: shop.at, lastSeenAt: shop.at };
    await db.accountAlarm.create({ data: { cause: 'events_gone', ...since } });
    await start({ EVENTS_URL: undefined, EVENTS_SECRET: [] }, () => false);
    await until(async () => (await alarms()).length === 0);
    await paid();
    expect([await db.delivery.count(), await db.eventReceiver.count(), receiver.got]).toEqual([0, 0, []]);
  });
});

test('the times between tries grow, and after three days there is none', () => {
  const queuedAt = new Date(0);
  const tries: number[] = [];
  for (let at: Date | null = queuedAt, attempts = 1; at; attempts++) {
    tries.push(at.getTime());
    at = nextTry({ attempts, queuedAt, at });
  }
  const waits = tries.slice(1).map((time, n) => time - (tries[n] ?? 0));
  expect(waits).toEqual(waits.toSorted((one, other) => one - other));
  expect(tries).toHaveLength(11);
  expect(tries.at(-1)).toBeGreaterThan(2.5 * DAY);
  expect(tries.at(-1)).toBeLessThanOrEqual(3 * DAY);
});

test('a metric says how old the oldest pending event is', async () => {
  const registry = new Registry();
  createEventGauge(registry, deps);
  const gauge = async () => /^holdfast_events_oldest_pending_seconds (\d+)$/m.exec(await registry.metrics())?.[1];
  expect(await gauge()).toBe('0');
  await paid();
  clock.ms += 90_000;
  await paid();
  expect(await gauge()).toBe('90');
  await send();
  expect(await gauge()).toBe('0');
});

test('staff are needed, and the event says where', async () => {
  const id = await shop.order();
  await raiseAttention(db, { sessionId: id, step: 'mail', reason: 'ada@example.com is refused', at: shop.at });
  await send();
  expect(receiver.got[0]?.body).not.toContain('ada@');
  expect(JSON.parse(receiver.got[0]?.body ?? '')).toMatchObject({ data: { attention: { step: 'mail' } } });
});
