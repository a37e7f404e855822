import { until, World } from './world';

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
