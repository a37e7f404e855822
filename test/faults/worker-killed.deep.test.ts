import { randomBytes } from 'node:crypto';
import type { SessionId } from '../../domain/ids';
import type { Program } from '../../sandbox/program';
import { type Receiver, startReceiver, takes } from '../events/receiver';
import { until } from '../support/launched';
import { everythingSettled, expectBooksToBalance } from './books';
import { lockRow, lockStock, type RowLock } from './lock';
import { type Answer, Shop } from './shop';
import { System } from './system';

/**
 * Longer than it takes to bring all the orders to where the worker is killed, shorter than our time-out for a call to
 * Stripe.
 */
const STRIPE_TAKES_MS = 11_000;

let system: System;
let shop: Shop;
let worker: Program;
/** Another system of the merchant's. It never answers until the worker is killed, and delays no order by that. */
let receiver: Receiver;
/** Each order by the step in which its worker was killed. */
const killedIn: Record<string, SessionId> = {};
/** What the shopper hears whose stock was just being held. */
let atCheckout: Promise<Answer>;
/** What the shopper hears whose stock was gone. */
let atSoldOut: Promise<Answer>;
/** The ids of the events that were sent to it before, and not taken. */
let sentBefore: string[];
/** How long a step waited to be tried again, in milliseconds. */
let confirmTriedAgain: Promise<number>;
let mailsTriedAgain: Promise<number>;

beforeAll(async () => {
  receiver = await startReceiver();
  receiver.answers(() => undefined);
  const EVENTS_SECRET = `whsec_${randomBytes(24).toString('base64')}`;
  system = await System.start({ env: { EVENTS_URL: receiver.url, EVENTS_SECRET } });
  shop = new Shop(system);
  worker = system.workers[0] as Program;
  for (const sku of STOCKED) await shop.product(sku, { stock: 10 });
  await shop.product('song');
  const locks = await bringEveryOrderToItsStep();
  expect(await underWayAtStripe()).toBe(5);
  await worker.kill9();
  sentBefore = receiver.got.map(({ id }) => id);
  receiver.answers(takes);
  confirmTriedAgain = untilTriedAgain('to-confirm');
  mailsTriedAgain = untilTriedAgain('mail');
  await Promise.all(locks.map((lock) => lock.release()));
  system.relay.thaw();
  await worker.start();
}, 300_000);
afterAll(async () => {
  await system?.stop();
  await receiver?.stop();
});

const STOCKED = [
  'in-bulk', // the oldest
  'to-hold',
  'sold-out',
  'to-confirm',
  'to-commit',
  'committed',
  'shipped',
  'to-refund',
  'to-follow',
  'to-close',
];

test('killed while it holds the stock: the shopper hears of it in time, and what nobody was told of is not held', async () => {
  const { status, body, ms } = await atCheckout;
  expect(ms).toBeLessThan(10_000);
  // The worker that comes back may just be in time.
  if (status === 201) await shop.post(`/orders/${body.sessionId}/abandon`, {});
  else expect([status, body.code]).toEqual([503, 'unavailable']);
  await everythingSettled(system);
  expect(await shop.stock('to-hold')).toEqual({ onHand: 10, held: 0 });
});

test('killed when it had found the stock gone and told nobody: the shopper is not told that it is theirs', async () => {
  const { status, body, ms } = await atSoldOut;
  expect(ms).toBeLessThan(10_000);
  expect(['409 out_of_stock', '503 unavailable']).toContain(`${status} ${body.code}`);
  expect(await shop.stock('sold-out')).toEqual({ onHand: 0, held: 0 });
});

test('killed when a parcel was recorded and nobody told: the order is shipped, and told of once', async () => {
  const id = idOf('shipped');
  await shop.mailed(id, ['order_confirmation', 'order_received', 'order_shipped']);
  const { number } = await shop.order(id);
  expect(await shop.staff(`/orders/${number}/deliver`, {})).toMatchObject({ status: 200 });
  expect(await shop.ended(id)).toBe('COMPLETED');
});

test.each(['to-confirm', 'to-commit', 'committed'])(
  'killed at %s: the order is sold once, and told of once',
  async (step) => {
    const id = idOf(step);
    expect(await shop.settled(id)).toBe('PREPARING');
    await shop.mailed(id, ['order_confirmation', 'order_received']);
    expect(await shop.stock(step)).toEqual({ onHand: 9, held: 0 });
  },
);

test('killed while it confirms a payment: another worker may try within 20 s', async () => {
  expect(await confirmTriedAgain).toBeLessThan(20_000);
});

test('killed while its mails are being sent: another worker may try within 20 s, and each is sent once', async () => {
  const id = idOf('mail');
  expect(await shop.ended(id)).toBe('COMPLETED');
  expect(await shop.mails(id)).toEqual(['order_confirmation', 'order_received']);
  expect(await mailsTriedAgain).toBeLessThan(20_000);
});

test.each(['to-refund', 'to-follow'])(
  'killed at %s: all of the money is given back once, the goods return, the customer hears of it once',
  async (step) => {
    const id = idOf(step);
    await until('the order refunded', async () => (await shop.order(id)).status === 'REFUNDED');
    const { refunds, total } = await shop.order(id);
    expect(refunds).toMatchObject([{ amount: total, status: 'succeeded' }]);
    await shop.mailed(id, ['order_confirmation', 'order_received', 'order_refunded']);
    expect(await shop.stock(step)).toEqual({ onHand: 10, held: 0 });
  },
);

test('killed while it closes the till: the till is closed, and the stock is free', async () => {
  const id = idOf('to-close');
  expect(await shop.settled(id)).toBe('CANCELLED');
  expect((await system.stripe.checkout.sessions.retrieve(id)).status).toBe('expired');
  expect(await shop.stock('to-close')).toEqual({ onHand: 10, held: 0 });
});

test('killed while a bulk cancels it: it is cancelled once, under the name of who asked, and the bulk ends', async () => {
  const id = idOf('in-bulk');
  await until('the bulk ended', async () => (await system.db.bulk.findFirstOrThrow()).status === 'COMPLETED');
  expect(await system.db.bulkOrder.findMany()).toMatchObject([{ sessionId: id, outcome: 'done' }]);
  expect(await shop.settled(id)).toBe('CANCELLED');
  const cancels = (await shop.order(id)).timeline.filter(({ type }) => type === 'cancel');
  expect(cancels).toMatchObject([{ actor: 'staff' }]);
  expect(await shop.stock('in-bulk')).toEqual({ onHand: 10, held: 0 });
});

test('killed while it sends events: each arrives, under the id that it had', async () => {
  await everythingSettled(system);
  const all = () => system.db.delivery.findMany();
  await until(
    'every event delivered',
    async () => (await all()).every(({ status }) => status === 'DELIVERED'),
    180_000,
  );
  const got = receiver.got.map(({ id }) => id);
  expect([...new Set(got)].sort()).toEqual((await all()).map(({ id }) => id).sort());
  expect(sentBefore.length).toBeGreaterThan(0);
  for (const id of sentBefore) expect(got.lastIndexOf(id)).toBeGreaterThanOrEqual(sentBefore.length);
  const types = (await system.db.delivery.findMany({ where: { sessionId: idOf('shipped') } })).map(({ type }) => type);
  expect(types.sort()).toEqual(['order.completed', 'order.paid', 'order.shipped']);
});

test('after all of it the books balance, and nobody was called', async () => {
  await everythingSettled(system);
  await expectBooksToBalance(system);
});

/** Comes back when every order is in the middle of its step, with the locks that keep some of them there. */
async function bringEveryOrderToItsStep(): Promise<RowLock[]> {
  for (const step of STOCKED.filter((sku) => sku !== 'to-hold' && sku !== 'sold-out'))
    killedIn[step] = await shop.buy({ sku: step });
  killedIn.mail = await shop.buy({ sku: 'song' });
  for (const step of ['to-refund', 'to-follow', 'shipped']) {
    await shop.pay(idOf(step));
    await shop.mailed(idOf(step), ['order_confirmation', 'order_received']);
  }

  await Promise.all([toFollow(), toMail()]);
  await Promise.all([toRefund(), toConfirm(), toClose(), inBulk()]);
  const locks = [await toHold(), await toCommit()];
  await writtenAndUntold();
  return locks;
}

async function toMail(): Promise<void> {
  await shop.outboxFault({ times: 2, delayMs: 60_000 });
  await shop.pay(idOf('mail'));
  await until('the mails on their way', async () => (await shop.mails(idOf('mail'))).length === 2);
}

async function toFollow(): Promise<void> {
  const refunds = /^\/v1\/refunds\/re_/;
  await shop.fault('GET', refunds.source, { kind: 'delay', ms: STRIPE_TAKES_MS });
  void shop.cancel(idOf('to-follow'));
  await until('the refund being read', async () => (await shop.requests('GET', refunds)).length > 0);
}

async function toRefund(): Promise<void> {
  const refunds = /^\/v1\/refunds$/;
  const before = (await shop.requests('POST', refunds)).length;
  await shop.fault('POST', refunds.source, { kind: 'delay', ms: STRIPE_TAKES_MS });
  void shop.cancel(idOf('to-refund'));
  await until('the refund asked for', async () => (await shop.requests('POST', refunds)).length > before);
}

async function toConfirm(): Promise<void> {
  const session = new RegExp(`^/v1/checkout/sessions/${idOf('to-confirm')}$`);
  await shop.fault('GET', session.source, { kind: 'delay', ms: STRIPE_TAKES_MS });
  await shop.pay(idOf('to-confirm'));
  await until('the session being read', async () => (await shop.requests('GET', session)).length > 0);
}

async function toClose(): Promise<void> {
  const expire = new RegExp(`${idOf('to-close')}/expire$`);
  await shop.fault('POST', expire.source, { kind: 'delay', ms: STRIPE_TAKES_MS });
  await shop.post(`/orders/${idOf('to-close')}/abandon`, {});
  await until('the till being closed', async () => (await shop.requests('POST', expire)).length > 0);
}

async function inBulk(): Promise<void> {
  const expire = new RegExp(`${idOf('in-bulk')}/expire$`);
  await shop.fault('POST', expire.source, { kind: 'delay', ms: STRIPE_TAKES_MS });
  const { body } = await shop.staff('/bulk', { action: 'cancel', limit: 1 });
  expect(body).toMatchObject({ matched: 1 });
  await until('the bulk at its order', async () => (await shop.requests('POST', expire)).length > 0);
}

async function toHold(): Promise<RowLock> {
  const lock = await lockStock(system, 'to-hold');
  atCheckout = shop.checkout([{ sku: 'to-hold' }]);
  await lock.waitedFor();
  return lock;
}

async function toCommit(): Promise<RowLock> {
  const lock = await lockStock(system, 'to-commit');
  await shop.pay(idOf('to-commit'));
  await lock.waitedFor();
  return lock;
}

/** Three steps are done in the database, and Temporal does not hear of it. */
async function writtenAndUntold(): Promise<void> {
  const locks = await Promise.all([toBeSold(), toBeSoldOut(), toBeShipped()]);
  system.relay.freeze();
  await Promise.all(locks.map((lock) => lock.release()));
  const written = async () =>
    (await shop.order(idOf('committed'))).status === 'PREPARING' &&
    (await shop.order(idOf('shipped'))).status === 'SHIPPED' &&
    (await system.db.order.count({ where: { stock: 'SOLD_OUT' } })) === 1;
  await until('all three written', written);
}

async function toBeSold(): Promise<RowLock> {
  const lock = await lockStock(system, 'committed');
  await shop.pay(idOf('committed'));
  await lock.waitedFor();
  return lock;
}

/** Somebody takes all of it while the shopper asks for it. */
async function toBeSoldOut(): Promise<RowLock> {
  const lock = await lockStock(system, 'sold-out');
  atSoldOut = shop.checkout([{ sku: 'sold-out' }]);
  await lock.waitedFor();
  await lock.run(
    `INSERT INTO stock_movements (sku, at, kind, on_hand_delta, held_delta, reference, actor)
     VALUES ($1, $2, 'ADJUST', -10, 0, 'a broken shelf', 'staff')`,
    ['sold-out', new Date().toISOString()],
  );
  return lock;
}

async function toBeShipped(): Promise<RowLock> {
  const { number } = await shop.order(idOf('shipped'));
  const lock = await lockRow(system, 'SELECT 1 FROM orders WHERE number = $1 FOR UPDATE', [number]);
  void shop.staff(`/orders/${number}/ship`, { carrier: 'DHL', trackingNumber: '1' });
  await lock.waitedFor();
  return lock;
}

/** Waits until Temporal gives the step in hand to whichever worker there is, and says how long that took. */
async function untilTriedAgain(step: string): Promise<number> {
  const since = Date.now();
  const attempt = async () => {
    const { status, raw } = await system.temporal.workflow.getHandle(idOf(step)).describe();
    // None is pending once a later attempt has succeeded.
    const pending = status.name === 'RUNNING' ? raw.pendingActivities?.[0] : null;
    return pending?.attempt ?? Number.POSITIVE_INFINITY;
  };
  const before = await attempt();
  expect(before).toBeLessThan(Number.POSITIVE_INFINITY);
  await until('the step tried again', async () => (await attempt()) > before);
  return Date.now() - since;
}

/** How many calls to Stripe have no answer yet. */
async function underWayAtStripe(): Promise<number> {
  const all = [...(await shop.requests('GET', /./)), ...(await shop.requests('POST', /./))];
  return all.filter(({ status }) => status === null).length;
}

function idOf(step: string): SessionId {
  const id = killedIn[step];
  if (!id) throw new Error(`no order was killed at ${step}`);
  return id;
}
