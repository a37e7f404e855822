import type { SessionId } from '../../domain/ids';
import type { OrderReport, OrderState } from '../../messages/order';
import { RefundShop } from './refund-shop';
import { until, World } from './world';

/** What staff are shown of an order is true at every turn, also while it does what they asked for. */

let world: World;
let shop: RefundShop;
beforeAll(async () => {
  world = await World.start();
  shop = new RefundShop(world);
  await world.product('mug', { amount: 1000, stock: 100 });
  await world.product('pot', { amount: 500, stock: 100 });
});
afterAll(() => world?.stop());

const waitsFor = async (id: SessionId) => (await world.handle(id).query<OrderState>('state')).waitingFor;
const detailsOf = async (id: SessionId) => {
  const { currentDetails } = (await world.handle(id).query('__temporal_workflow_metadata')) as {
    currentDetails: string;
  };
  return currentDetails;
};
const update = (id: SessionId, name: string, request: object) =>
  world.handle(id).executeUpdate(name, { args: [request] });

test('while Stripe does not answer a refund, staff are not told that the order waits for them to ship it', async () => {
  const id = await world.paidOrder([{ sku: 'mug' }]);
  await shop.fault({ kind: 'error_before', times: 1000 });
  const asked = shop.refund(id, { amount: 400 });
  await until(async () => /It waits for\S* the refund of €4\.00 to be taken by Stripe/.test(await detailsOf(id)));
  expect(await detailsOf(id)).not.toMatch(/staff to ship it/);
  await world.noFaults();
  await asked;
  await until(async () => (await waitsFor(id)) === 'staff to ship it');

  await shop.fault({ kind: 'error_before', times: 1000 });
  const cancelled = shop.cancel(id);
  await until(async () => (await waitsFor(id)) === 'the refund of all that is left to be taken by Stripe');
  await world.noFaults();
  await cancelled;
  expect(await world.end(id)).toBe('REFUNDED');
});

const report = (id: SessionId) => world.handle(id).query<OrderReport>('order');
const offers = async (id: SessionId) => (await report(id)).actions.map(({ action }) => action);
const refused = (words: string, type: string) => ({ cause: { message: expect.stringContaining(words), type } });

test('while Stripe does not answer a refund of a part, it is listed, and only the rest is offered and taken', async () => {
  const id = await world.paidOrder([{ sku: 'mug' }]);
  await shop.fault({ kind: 'error_before', times: 1000 });
  const asked = shop.refund(id, { amount: 400 });
  await until(async () => (await report(id)).openRefunds.length === 1);
  const { openRefunds, actions } = await report(id);
  expect(openRefunds).toEqual([{ id: null, amount: 400, status: 'requested' }]);
  const examples = actions.find(({ action }) => action === 'refund')?.examples.map(({ data }) => data);
  expect(examples).toContainEqual({ amount: 600, reason: 'requested_by_customer' });
  expect(await detailsOf(id)).toContain('- €4.00: not answered by Stripe yet');
  await expect(shop.refund(id, { amount: 601 })).rejects.toMatchObject(
    refused('More than is left to refund, which is €6.00', 'refund_exceeds_remaining'),
  );
  const second = shop.refund(id, { amount: 600 });
  await until(async () => (await report(id)).openRefunds.length === 2);
  expect(await offers(id)).toEqual(['hold']); // both together end the order, if Stripe takes them
  await world.noFaults();
  await Promise.all([asked, second]);
  expect(await world.end(id)).toBe('REFUNDED');
});

test('while the refund of a part waits for the key at Stripe to be right again, parcels are sent and what others wrote is read', async () => {
  const id = await world.paidOrder([{ sku: 'mug', quantity: 2 }, { sku: 'pot' }]);
  await shop.fault({ kind: 'unauthorized', times: 1000 });
  const asked = shop.refund(id, { amount: 400 });
  await until(async () => (await report(id)).openRefunds.length === 1);
  const parcel = { carrier: 'DHL', trackingNumber: 'W-1', items: [{ sku: 'mug', quantity: 2 }] };
  expect(await update(id, 'ship', parcel)).toBe('PREPARING');
  expect(await update(id, 'return', { items: [{ sku: 'mug', quantity: 1 }], condition: 'write_off' })).toBe(
    'PREPARING',
  );
  expect(await update(id, 'replace', { items: [{ sku: 'mug', quantity: 1 }] })).toBe('PREPARING');
  for (const reviewOpen of [true, false]) {
    await world.db.order.update({ where: { sessionId: id }, data: { reviewOpen } });
    await world.handle(id).signal('changed');
    await until(async () => (await offers(id)).includes('ship') !== reviewOpen);
  }
  expect(await waitsFor(id)).toBe('the refund of €4.00 to be taken by Stripe');
  await world.noFaults();
  await update(id, 'retry', {});
  await asked;
  expect((await world.order(id)).refunded).toBe(400n);
});

test('while Stripe does not answer a refund of everything, nothing is offered that would come too late, nor waits for it', async () => {
  const id = await world.paidOrder([{ sku: 'mug' }]);
  await shop.fault({ kind: 'error_before', times: 1000 });
  const asked = shop.refund(id);
  await until(async () => (await report(id)).openRefunds.length === 1);
  expect(await offers(id)).toEqual(['hold']);
  const late = refused('All that is left is being refunded', 'invalid_transition');
  await expect(update(id, 'ship', { carrier: 'DHL', trackingNumber: 'T-1' })).rejects.toMatchObject(late);
  await expect(update(id, 'replace', { items: [{ sku: 'mug', quantity: 1 }] })).rejects.toMatchObject(late);
  await expect(shop.refund(id, { amount: 1 })).rejects.toMatchObject(
    refused('Nothing is left to refund', 'refund_exceeds_remaining'),
  );
  await update(id, 'hold', { reason: 'other' });
  await world.noFaults();
  await asked;
  expect(await world.end(id)).toBe('REFUNDED');
});

test('while a cancel waits for Stripe, nothing is offered that it stands in the way of', async () => {
  const id = await world.paidOrder([{ sku: 'mug' }]);
  await shop.fault({ kind: 'error_before', times: 1000 });
  const asked = shop.cancel(id);
  await until(async () => (await report(id)).openRefunds.length === 1);
  expect(await offers(id)).toEqual([]);
  await world.noFaults();
  await asked;
  expect(await world.end(id)).toBe('REFUNDED');
});

test('goods that were taken from stock again are sent and replaced like any others, whatever run of the order it is', async () => {
  const id = await world.paidOrder([{ sku: 'mug', quantity: 2 }, { sku: 'pot' }]);
  await update(id, 'ship', { carrier: 'DHL', trackingNumber: 'T-1', items: [{ sku: 'mug', quantity: 1 }] });
  await shop.refund(id);
  expect(await world.end(id)).toBe('REFUNDED');
  const [refund] = await shop.atStripe(id);
  await world.at(`/refunds/${refund?.id}/fail`);
  await shop.told(refund as { id: string });
  await shop.becomes(id, { status: 'PREPARING', stock: 'RETURNED', attentionStep: 'refund-failed' });
  await until(async () => /back in stock/.test(await waitsFor(id)));

  await update(id, 'resolve', { how: 'withdraw' });
  expect(await waitsFor(id)).toMatch(/staff to decide whether it is shipped after all; its goods are back in stock/);
  await expect(update(id, 'replace', { items: [{ sku: 'mug', quantity: 1 }] })).rejects.toMatchObject({
    cause: { message: expect.stringContaining('ship takes them again first') },
  });
  await update(id, 'ship', { carrier: 'DHL', trackingNumber: 'T-2', items: [{ sku: 'mug', quantity: 1 }] });
  expect(await waitsFor(id)).toBe('staff to ship it');
  await update(id, 'ship', { carrier: 'DHL', trackingNumber: 'T-3' });
  const { actions } = await world.handle(id).query<OrderReport>('order');
  expect(actions.map(({ action }) => action)).toContain('replace');
  expect(await update(id, 'replace', { items: [{ sku: 'mug', quantity: 1 }] })).toBe('PREPARING');
  await update(id, 'ship', { carrier: 'DHL', trackingNumber: 'T-4' });
  expect(await world.handle(id).executeUpdate('deliver')).toBe('COMPLETED');
  await world.end(id);
});
