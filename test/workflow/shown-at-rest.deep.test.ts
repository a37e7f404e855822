import type { SessionId } from '../../domain/ids';
import type { OrderReport } from '../../messages/order';
import { pass } from './at-rest';
import { RefundShop } from './refund-shop';
import { shownAndTrue } from './shown';
import { until, World } from './world';

/** Whenever an order only waits, its details say what a run that read it from the database now would say. */

let world: World;
let shop: RefundShop;
beforeAll(async () => {
  world = await World.start();
  shop = new RefundShop(world);
  await world.product('mug', { amount: 1000, stock: 100 });
  await world.product('ebook', { amount: 700 });
});
afterAll(() => world?.stop());

const update = (id: SessionId, name: string, request: object = {}) =>
  world.handle(id).executeUpdate<unknown, [object]>(name, { args: [request] });

const shows = async (id: SessionId) => {
  const { shown, isTrue } = await shownAndTrue(world, id);
  expect(shown).toEqual(isTrue);
  return shown;
};

test('the payment is linked and its amount told from the moment that it is known, and in every later state', async () => {
  const id = await world.paidOrder([{ sku: 'mug', quantity: 3 }]);
  await world.mailed(id, 2);
  const paymentIntentId = await shop.paymentIntent(id);
  const isLinked = async () => expect(await shows(id)).toMatchObject({ paymentIntentId });
  await isLinked();
  await update(id, 'hold', { reason: 'other' });
  await isLinked();
  await update(id, 'release');
  await isLinked();
  await update(id, 'ship', { carrier: 'DHL', trackingNumber: 'A-1', items: [{ sku: 'mug', quantity: 1 }] });
  await world.mailed(id, 3);
  await isLinked();
  await world.ship(id);
  await world.mailed(id, 4);
  await isLinked();
  await update(id, 'deliver');
  expect(await world.end(id)).toBe('COMPLETED');
  await isLinked();
});

test('a download that ended with its sale is shown with its payment', async () => {
  const id = await world.completedOrder([{ sku: 'ebook' }]);
  expect(await shows(id)).toMatchObject({ paymentIntentId: await shop.paymentIntent(id) });
});

test('a delayed payment is linked while it is on its way, and after it has failed', async () => {
  const id = await world.processingOrder([{ sku: 'mug' }]);
  const paymentIntentId = await shop.paymentIntent(id);
  expect(await shows(id)).toMatchObject({ paymentIntentId });
  await world.at(`/sessions/${id}/fail-delayed`);
  await world.webhook(id);
  expect(await world.end(id)).toBe('EXPIRED');
  expect(await shows(id)).toMatchObject({ paymentIntentId });
});

describe('a shopper who names the price', () => {
  beforeAll(async () => {
    await world.product('gift', { amount: 900, stock: 100 });
    const { id: product } = await world.stripe.products.create({ name: 'gift' });
    const custom_unit_amount = { enabled: true, minimum: 300, preset: 900 } as const;
    const price = await world.stripe.prices.create({ product, currency: 'eur', custom_unit_amount });
    const data = { minimum: 500n, stripePriceId: price.id };
    await world.db.price.updateMany({ where: { sku: 'gift' }, data });
  });

  test('what they paid is the amount as soon as it is paid', async () => {
    const id = await world.paidOrder([{ sku: 'gift' }], { customAmount: 1400 });
    await world.mailed(id, 2);
    expect(await shows(id)).toMatchObject({ money: { total: 1400, left: 1400 } });
  });

  test('staff who must decide about what they paid see how much it is, and its payment', async () => {
    const id = await world.paidOrder([{ sku: 'gift' }], { customAmount: 400 });
    await world.mailed(id, 1);
    const paymentIntentId = await shop.paymentIntent(id);
    expect(await shows(id)).toMatchObject({ status: 'PENDING', money: { total: 400 }, paymentIntentId });
    await update(id, 'resolve', { how: 'accept' });
    await world.is(id, 'PREPARING');
    await world.mailed(id, 3);
    expect(await shows(id)).toMatchObject({ money: { total: 400 }, paymentIntentId });
  });
});

test('a hold that staff ask for twice is shown since the first time, also before the order is paid', async () => {
  const { id } = await world.checkout([{ sku: 'mug' }]);
  await update(id, 'hold', { reason: 'other' });
  const { hold } = await shows(id);
  expect(hold).toEqual({ reason: 'other', since: expect.any(String) });
  await pass(world, id, 60_000);
  await update(id, 'hold', { reason: 'other' });
  expect(await shows(id)).toMatchObject({ hold });
  await update(id, 'release');
  expect(await shows(id)).toMatchObject({ hold: null });
});

test('an order that ended unpaid is shown as it ended', async () => {
  const { id } = await world.checkout([{ sku: 'mug' }]);
  await update(id, 'cancel', { reason: 'other' });
  expect(await world.end(id)).toBe('CANCELLED');
  expect(await shows(id)).toMatchObject({ status: 'CANCELLED' });
});

test('a run that goes on for a terminated one tells what happened before it, with when', async () => {
  const id = await world.paidOrder([{ sku: 'mug', quantity: 2 }]);
  await update(id, 'ship', { carrier: 'DHL', trackingNumber: 'B-1', items: [{ sku: 'mug', quantity: 1 }] });
  await update(id, 'hold', { reason: 'address' });
  await update(id, 'refund', { amount: 100, reason: 'other' });
  await world.handle(id).terminate('by mistake');
  await world.webhook(id);
  const { happened } = await until(() => world.handle(id).query<OrderReport | null>('order'));
  expect(happened.map((line) => line.replace(/, \d+ \w+ \d{4}, [\d:]+ UTC$/, ' (then)'))).toEqual([
    'Opened by checkout (then)',
    'Stock sold to this order; waiting to be shipped (then)',
    'Shipped in part with DHL; 1 still to ship (then)',
    'Shipping is on hold (address) (then)',
    'Refund of €1.00 by staff: given back (then)',
  ]);
});
