import type Stripe from 'stripe';
import { type SessionId, sessionId } from '../../domain/ids';
import type { OrderStatus } from '../../domain/order';
import { readOrder } from '../../store/orders/view';
import { atRest, pass } from './at-rest';
import { until, World } from './world';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const TTL_DAYS = 3;

let world: World;
beforeAll(async () => {
  world = await World.start({ ASYNC_PAYMENT_TTL_SECONDS: String(TTL_DAYS * 86_400) });
});
afterAll(() => world.stop());

/** A checkout of the last unit whose shopper pays by bank debit, and whose order has seen that. */
async function processing(sku: string): Promise<SessionId> {
  await world.product(sku, { stock: 1 });
  return world.processingOrder([{ sku }]);
}

const mailed = (id: SessionId, template: string) =>
  until(async () => world.db.mail.findFirst({ where: { sessionId: id, template, status: 'SENT' } }));
const looks = async (id: SessionId) =>
  (await world.requests()).filter(({ method, path }) => method === 'GET' && path === `/v1/checkout/sessions/${id}`)
    .length;
/** Until the order has asked Stripe once more than it had. */
const looked = async (id: SessionId, before: number) => until(async () => (await looks(id)) > before);

describe('a delayed payment', () => {
  test('is told of with what it comes to, and asked after daily from the first moment, with the stock and without', async () => {
    const id = await processing('patient');
    const mail = await mailed(id, 'payment_processing');
    expect(mail.recipient).toBe('ada@example.com');
    expect(mail.text).toContain('Total');
    expect(await world.order(id)).toMatchObject({ status: 'PENDING', processingSince: expect.any(Date) });
    for (let day = 1; day <= TTL_DAYS + 2; day++) {
      const before = await looks(id);
      await pass(world, id, DAY + 1_000);
      await looked(id, before);
      const held = day < TTL_DAYS ? 1 : 0;
      await until(async () => (await world.stock('patient')).held === held);
      expect(await world.order(id)).toMatchObject({ status: 'PENDING', paymentStatus: 'PROCESSING' });
    }
    expect(await world.order(id)).toMatchObject({ stock: 'RELEASED' });
    await world.at(`/sessions/${id}/settle`); // and no webhook ever comes
    await pass(world, id, DAY + 1_000);
    await world.is(id, 'PREPARING');
    expect(await world.stock('patient')).toEqual({ onHand: 0, held: 0 });
  });

  test('a delayed payment that succeeds after the stock was given up, with stock, takes it again', async () => {
    const id = await processing('again');
    await pass(world, id, TTL_DAYS * DAY + 1_000);
    await until(async () => (await world.order(id)).stock === 'RELEASED');
    expect(await world.stock('again')).toEqual({ onHand: 1, held: 0 });
    await world.at(`/sessions/${id}/settle`);
    await world.webhook(id);
    await world.is(id, 'PREPARING');
    expect(await world.stock('again')).toEqual({ onHand: 0, held: 0 });
    await mailed(id, 'order_confirmation');
  });

  test('a delayed payment that succeeds after the stock was given up, without stock, is given back once', async () => {
    const id = await processing('gone');
    await pass(world, id, TTL_DAYS * DAY + 1_000);
    await until(async () => (await world.order(id)).stock === 'RELEASED');
    const other = await world.checkout([{ sku: 'gone' }]);
    expect(other.opening).toMatchObject({ outcome: 'held' });
    await world.pay(other.id);
    await world.webhook(other.id);
    await world.is(other.id, 'PREPARING');

    await world.at(`/sessions/${id}/settle`);
    await world.webhook(id);
    await world.is(id, 'REFUNDED');
    const order = await world.order(id);
    expect(order).toMatchObject({ refunded: order.total, refunds: [{ reason: 'out_of_stock' }] });
    const { data } = await world.stripe.refunds.list({ payment_intent: order.paymentIntentId as string });
    expect(data).toHaveLength(1);
    await mailed(id, 'order_refunded');
    expect(await world.mails(id)).toEqual(['order_refunded', 'payment_processing']);
    expect(await world.stock('gone')).toEqual({ onHand: 0, held: 0 });
  });

  test('keeps its deadline when its run is terminated and healed, and is told of once', async () => {
    const id = await processing('healed');
    const { processingSince } = await world.order(id);
    await pass(world, id, 2 * DAY);
    await world.handle(id).terminate('by mistake');
    const before = await looks(id);
    await world.webhook(id);
    await looked(id, before);
    expect(await world.stock('healed')).toEqual({ onHand: 1, held: 1 });
    expect((await world.order(id)).processingSince).toEqual(processingSince);
    await pass(world, id, DAY + 1_000);
    await until(async () => (await world.order(id)).stock === 'RELEASED');
    const { at } = (await world.order(id)).timeline.find(({ type }) => type === 'released') as { at: Date };
    expect(at.getTime() - (processingSince as Date).getTime()).toBeGreaterThanOrEqual(TTL_DAYS * DAY);
    expect(at.getTime() - (processingSince as Date).getTime()).toBeLessThan(TTL_DAYS * DAY + HOUR);
    expect(await world.mails(id)).toEqual(['payment_processing']);
    await world.at(`/sessions/${id}/fail-delayed`);
    await world.webhook(id);
    await world.is(id, 'EXPIRED');
  });

  test('that fails gives back the stock, and its customer hears how to try again', async () => {
    const id = await processing('bounced');
    await world.at(`/sessions/${id}/fail-delayed`);
    await world.webhook(id);
    expect(await world.end(id)).toBe('EXPIRED');
    expect(await world.order(id)).toMatchObject({ paymentStatus: 'FAILED', stock: 'RELEASED' });
    expect(await world.stock('bounced')).toEqual({ onHand: 1, held: 0 });
    const mail = await mailed(id, 'payment_failed');
    expect(mail.text).toContain(`${world.env.PUBLIC_URL}/recover/${id}.`);
    expect(await world.mails(id)).toEqual(['payment_failed', 'payment_processing']);
  });

  test('that has failed before anybody looked is told of all the same', async () => {
    await world.product('quick', { stock: 1 });
    const { id } = await world.checkout([{ sku: 'quick' }]);
    await world.pay(id, { method: 'bank_debit' });
    await world.at(`/sessions/${id}/fail-delayed`);
    await world.webhook(id);
    expect(await world.end(id)).toBe('EXPIRED');
    expect(await world.mails(id)).toEqual(['payment_failed']);
    expect(await world.stock('quick')).toEqual({ onHand: 1, held: 0 });
  });

  test('async_payment_succeeded before completed is the same story', async () => {
    await world.product('early-bird', { stock: 1 });
    const { id } = await world.checkout([{ sku: 'early-bird' }]);
    await world.pay(id, { method: 'bank_debit' });
    await world.at(`/sessions/${id}/settle`);
    await world.webhook(id); // the success
    await world.is(id, 'PREPARING');
    const before = await world.order(id);
    await world.webhook(id); // what came first, told last
    await mailed(id, 'order_confirmation');
    expect(await world.order(id)).toMatchObject({ status: before.status, paymentStatus: 'PAID', total: before.total });
    expect(await world.mails(id)).toEqual(['order_confirmation', 'order_received']);
  });

  test.each<[string, OrderStatus, string, string[]]>([
    ['fail-delayed', 'CANCELLED', 'FAILED', ['payment_processing']],
    ['settle', 'REFUNDED', 'REFUNDED', ['order_refunded', 'payment_processing']],
  ])('that staff cancel gives its stock back now, and after %s ends %s', async (then, status, paymentStatus, mails) => {
    const sku = `cancelled-${then}`;
    const id = await processing(sku);
    expect(await world.handle(id).executeUpdate('cancel', { args: [{ reason: 'other' }] })).toBe('PENDING');
    expect(await world.stock(sku)).toEqual({ onHand: 1, held: 0 });
    expect(await world.order(id)).toMatchObject({ status: 'PENDING', paymentStatus: 'PROCESSING' });
    await world.at(`/sessions/${id}/${then}`);
    await world.webhook(id);
    await world.is(id, status);
    await until(async () => (await world.mails(id)).length === mails.length);
    expect(await world.order(id)).toMatchObject({ status, paymentStatus });
    expect(await world.mails(id)).toEqual(mails);
    expect(await world.stock(sku)).toEqual({ onHand: 1, held: 0 });
  });
});

describe('a declined card', () => {
  test('ends nothing, and is mailed only if the session then expires', async () => {
    await world.product('declined', { stock: 1 });
    const { id } = await world.checkout([{ sku: 'declined' }], { holdSeconds: 600 });
    await world.at(`/sessions/${id}/decline`, { email: 'Ada@Example.com' });
    const before = await looks(id);
    await world.webhook(id);
    await looked(id, before);
    await atRest(world, id);
    expect(await world.order(id)).toMatchObject({ status: 'PENDING', paymentStatus: 'UNPAID' });
    expect(await world.stock('declined')).toEqual({ onHand: 1, held: 1 });
    expect(await world.mails(id)).toEqual([]);

    expect(await world.end(id)).toBe('EXPIRED');
    const mail = await mailed(id, 'checkout_expired');
    expect(mail.recipient).toBe('ada@example.com');
    expect(mail.text).toContain('Your card was declined');
    expect(mail.text).toContain('/recover/');
  });

  test('is no part of the story of who then pays', async () => {
    await world.product('second-try', { stock: 1 });
    const { id } = await world.checkout([{ sku: 'second-try' }]);
    await world.at(`/sessions/${id}/decline`);
    await world.webhook(id);
    await world.pay(id);
    await world.webhook(id);
    await world.is(id, 'PREPARING');
    await until(async () => (await world.mails(id)).length === 2);
    expect(await world.mails(id)).toEqual(['order_confirmation', 'order_received']);
    expect(await world.order(id)).toMatchObject({ declined: false, paymentStatus: 'PAID' });
  });
});

describe('nothing to pay', () => {
  test('a session that a code makes free is fulfilled, and cancelling it ends cancelled, with nothing to refund', async () => {
    await world.product('gift', { stock: 2 });
    const coupon = await world.stripe.coupons.create({ percent_off: 100 });
    const price = await world.db.price.findFirstOrThrow({ where: { sku: 'gift' } });
    const made = await world.stripe.checkout.sessions.create({
      mode: 'payment',
      line_items: [{ price: price.stripePriceId as string, quantity: 2 }],
      discounts: [{ coupon: coupon.id }],
      success_url: 'http://localhost/thanks',
    });
    const id = made.id as SessionId;
    await world.pay(id);
    await world.webhook(id);
    await until(async () => (await world.db.order.findUnique({ where: { sessionId: id } }))?.status === 'PREPARING');
    expect(await world.order(id)).toMatchObject({
      ...{ paymentStatus: 'NO_PAYMENT_REQUIRED', paymentIntentId: null, total: 0n, discount: 2500n, subtotal: 2500n },
    });
    expect((await mailed(id, 'order_confirmation')).text).toContain('There is nothing to pay.');
    await expect(
      world.handle(id).executeUpdate('refund', { args: [{ reason: 'other' }], updateId: 'free' }),
    ).rejects.toMatchObject({ cause: { type: 'invalid_transition' } });
    expect(await world.handle(id).executeUpdate('cancel', { args: [{ reason: 'other' }] })).toBe('CANCELLED');
    expect(await world.end(id)).toBe('CANCELLED');
    const order = await world.order(id);
    expect(order.refunds.filter(({ status }) => status !== 'refused')).toEqual([]);
    expect(await world.stock('gift')).toEqual({ onHand: 2, held: 0 });
  });
});

/** A session that was made elsewhere with a price of ours. */
async function madeElsewhere(
  sku: string,
  { currency, ...more }: Partial<Stripe.Checkout.SessionCreateParams> & { currency: string },
): Promise<SessionId> {
  await world.product(sku, { currency, stock: 1 });
  const { stripePriceId } = await world.db.price.findFirstOrThrow({ where: { sku } });
  const line_items = [{ price: stripePriceId as string, quantity: 1 }];
  const made = await world.stripe.checkout.sessions.create({
    ...{ mode: 'payment', line_items, success_url: 'http://localhost/thanks' },
    ...more,
  });
  return sessionId(made.id);
}

describe('a payment that is only authorised', () => {
  const held = async (sku: string) => {
    const id = await madeElsewhere(sku, { currency: 'eur', payment_intent_data: { capture_method: 'manual' } });
    await world.pay(id);
    await world.webhook(id);
    const mail = await mailed(id, 'attention_needed');
    const { payment_intent } = await world.stripe.checkout.sessions.retrieve(id);
    return { id, mail, intent: payment_intent as string };
  };

  test('staff are told until when they can capture it, its customer nothing; the capture wakes the order', async () => {
    const { id, mail, intent } = await held('to-capture');
    const { captureBefore, ...order } = await world.order(id);
    expect(order).toMatchObject({ status: 'PENDING', paymentStatus: 'PROCESSING', stock: 'HELD', attentionStep: null });
    const days = ((captureBefore?.getTime() ?? 0) - world.now()) / DAY;
    expect(days).toBeGreaterThan(6.9);
    expect(days).toBeLessThanOrEqual(7);
    expect(mail.subject).toMatch(/capture its payment before .* UTC/);
    expect(await world.mails(id)).toEqual(['attention_needed']);

    await world.at(`/sessions/${id}/capture`);
    await world.deps().starter.event({ type: 'payment_intent.succeeded', objectId: intent, mode: null });
    await world.is(id, 'PREPARING');
    expect(await world.order(id)).toMatchObject({ paymentStatus: 'PAID', captureBefore: null });
  });

  test('and then cancelled ends unpaid, and its stock is free', async () => {
    const { id, intent } = await held('not-captured');
    await world.at(`/sessions/${id}/cancel-capture`);
    await world.deps().starter.event({ type: 'payment_intent.canceled', objectId: intent, mode: null });
    expect(await world.end(id)).toBe('EXPIRED');
    expect(await world.order(id)).toMatchObject({ paymentStatus: 'FAILED', captureBefore: null });
    expect(await world.stock('not-captured')).toEqual({ onHand: 1, held: 0 });
  });
});

test('a voucher: how to pay it is in the mail and on the order’s page until it is paid', async () => {
  const id = await madeElsewhere('by-voucher', { currency: 'brl' });
  await world.pay(id, { method: 'voucher' });
  await world.webhook(id);
  const { text } = await mailed(id, 'payment_processing');
  const { voucher } = (await readOrder(world.db, id)) ?? {};
  expect(voucher).toEqual({
    url: expect.stringMatching(/^http.*\/vouchers\//),
    reference: expect.stringMatching(/^\d{47}$/),
    stores: [],
    expiresAt: expect.stringMatching(/Z$/),
  });
  expect(text).toContain(voucher?.reference);
  expect(text).toContain(voucher?.url);
  await world.at(`/sessions/${id}/settle`);
  await world.webhook(id);
  await world.is(id, 'PREPARING');
  expect((await readOrder(world.db, id))?.voucher).toBeNull();
});
