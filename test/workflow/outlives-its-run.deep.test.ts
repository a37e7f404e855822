import { atRest, pass } from './at-rest';
import { until, World } from './world';

const MINUTE = 60_000;
const DAY = 86_400_000;

let world: World;
beforeAll(async () => {
  world = await World.start();
});
afterAll(() => world.stop());

test('a cancel while the payment is processing outlives a terminated run: the money that comes is given back', async () => {
  await world.product('kite', { stock: 1 });
  const { id } = await world.checkout([{ sku: 'kite' }]);
  await world.pay(id, { method: 'bank_debit' });
  await world.webhook(id);
  await until(async () => (await world.order(id)).paymentStatus === 'PROCESSING');
  expect(await world.handle(id).executeUpdate('cancel', { args: [{ reason: 'damaged' }] })).toBe('PENDING');
  await world.handle(id).terminate('by mistake');
  await world.at(`/sessions/${id}/settle`);
  await world.webhook(id);
  expect(await world.end(id)).toBe('REFUNDED');
  expect((await world.order(id)).refunds).toMatchObject([{ reason: 'damaged', amount: 1250n }]);
  expect(await world.stock('kite')).toEqual({ onHand: 1, held: 0 });
});

test('the hour of a 3-D Secure in flight is an hour, however often Stripe is asked and whichever run asks', async () => {
  await world.product('vase', { stock: 1 });
  const { id } = await world.checkout([{ sku: 'vase' }], { holdSeconds: 60 });
  await world.at(`/sessions/${id}/three-d-secure/start`, { email: 'Ada@Example.com' });
  await pass(world, id, 61_000);
  await until(async () => (await world.order(id)).inFlightSince !== null);
  for (let looks = 0; looks < 65; looks++) {
    await world.webhook(id);
    await atRest(world, id);
  }
  expect(await world.stock('vase')).toEqual({ onHand: 1, held: 1 });

  await pass(world, id, 40 * MINUTE);
  await world.handle(id).terminate('by mistake');
  await world.webhook(id);
  await pass(world, id, 15 * MINUTE);
  expect(await world.stock('vase')).toEqual({ onHand: 1, held: 1 });
  await pass(world, id, 8 * MINUTE);
  await until(async () => (await world.order(id)).stock === 'RELEASED');
  expect(await world.order(id)).toMatchObject({ status: 'PENDING' });
  await world.at(`/sessions/${id}/three-d-secure/fail`);
  expect(await world.end(id)).toBe('EXPIRED');
});

test('a shipped order is taken as delivered by the day on which it was shipped, whichever run waits for it', async () => {
  await world.product('lamp', { stock: 1 });
  const id = await world.paidOrder([{ sku: 'lamp' }]);
  await world.handle(id).executeUpdate('ship', { args: [{ carrier: 'DHL', trackingNumber: '1' }] });
  await pass(world, id, 13 * DAY);
  await world.handle(id).terminate('by mistake');
  await world.webhook(id);
  await pass(world, id, DAY + MINUTE);
  await world.is(id, 'COMPLETED');
});
