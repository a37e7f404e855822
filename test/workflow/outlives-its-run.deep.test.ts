import type { SessionId } from '../../domain/ids';
import { WORKFLOWS } from '../../messages/names';
import { abandonSignal, orderStart } from '../../messages/order';
import { SEARCH_ATTRIBUTES } from '../../messages/search-attributes';
import { requestCancel } from '../../store/orders/cancel';
import { noteLeft } from '../../store/orders/timeline';
import { atRest, pass } from './at-rest';
import { Risk } from './risk';
import { until, World } from './world';

const MINUTE = 60_000;
const DAY = 86_400_000;
const ABANDON = { signal: abandonSignal, signalArgs: [] as [] };

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

describe('a cancel that waits behind another step stands in the database before anybody hears yes', () => {
  const ways = {
    'from the Temporal UI': (id: SessionId) => {
      world
        .handle(id)
        .executeUpdate('cancel', { args: [{ reason: 'damaged' }] })
        .catch(() => 'the run is terminated');
    },
    'as Request Cancellation': (id: SessionId) => world.handle(id).cancel(),
    'from the API, of which the run never hears': async (id: SessionId) => {
      await requestCancel(world.db, { sessionId: id, reason: 'damaged', actor: 'staff', at: new Date(world.now()) });
    },
  };

  test.each(Object.entries(ways))('%s', async (way, cancel) => {
    const sku = way.replace(/[^\w-]+/g, '-').slice(0, 40);
    await world.product(sku, { stock: 1 });
    const { id } = await world.checkout([{ sku }]);
    await world.pay(id);
    await world.at('/faults', { match: { method: 'GET', path: id }, kind: 'error_before', status: 500, times: 1_000 });
    await world.webhook(id);
    await until(async () => (await world.requests()).some(({ method, path }) => method === 'GET' && path.includes(id)));
    await cancel(id);
    await until(async () => (await world.order(id)).cancelRequestedAt);
    await world.handle(id).terminate('by mistake');
    await world.noFaults();
    await world.webhook(id);
    expect(await world.end(id)).toBe('REFUNDED');
    expect(await world.order(id)).toMatchObject({ cancelRequestedAt: null, refunds: [{ amount: 1250n }] });
    expect(await world.stock(sku)).toEqual({ onHand: 1, held: 0 });
  });
});

test('a cancel whose refund waits for a dispute outlives a terminated run, and nothing ships meanwhile', async () => {
  const risk = new Risk(world);
  const id = await world.paidOrderOf('mask');
  const dispute = await risk.dispute(id); // nobody here has heard of it
  const asked = world.ask(id, 'cancel', { reason: 'damaged' }).catch(() => 'the run is terminated');
  await until(async () => (await world.order(id)).attentionStep === 'refund');
  await world.handle(id).terminate('by mistake');
  await asked;
  await expect(world.ask(id, 'ship', { carrier: 'DHL', trackingNumber: '1' })).rejects.toThrow();
  await world.webhook(id);
  await until(async () => (await world.order(id)).attentionStep === 'refund');
  await risk.happens(dispute, 'close', { status: 'won' });
  expect(await world.end(id)).toBe('REFUNDED');
  expect((await world.order(id)).refunds).toMatchObject([{ reason: 'damaged', amount: 1000n }]);
});

test('an order that staff cancel while its payment is confirmed is not sold', async () => {
  await world.product('song');
  const { id } = await world.checkout([{ sku: 'song' }]);
  await world.pay(id);
  await world.at('/faults', { match: { method: 'GET', path: id }, kind: 'delay', ms: 1_500 });
  await world.webhook(id);
  await until(async () => (await world.requests()).some(({ method, path }) => method === 'GET' && path.includes(id)));
  await requestCancel(world.db, { sessionId: id, reason: 'damaged', actor: 'staff', at: new Date(world.now()) });
  expect(await world.end(id)).toBe('REFUNDED');
  expect(await world.order(id)).toMatchObject({ grants: [], refunds: [{ reason: 'damaged' }] });
});

test('a run that goes on for another shows the order as the database has it, whoever starts it', async () => {
  const id = await world.paidOrderOf('flag');
  await world.mailed(id, 2);
  const { number } = await world.order(id);
  const attributes = async () => (await world.handle(id).describe()).typedSearchAttributes;
  const starters: (() => Promise<unknown>)[] = [
    () => world.open(id), // the same checkout again
    () => world.webhook(id),
    () => world.deps().starter.order(id, { again: true }), // the sweep
    () => world.client.workflow.signalWithStart(WORKFLOWS.order, { ...orderStart({ sessionId: id }), ...ABANDON }),
  ];
  for (const start of starters) {
    await world.handle(id).terminate('by mistake');
    await start();
    await until(async () => (await attributes()).get(SEARCH_ATTRIBUTES.orderNumber));
    await atRest(world, id);
    expect((await attributes()).get(SEARCH_ATTRIBUTES.orderStatus)).toBe('PREPARING');
    expect((await attributes()).get(SEARCH_ATTRIBUTES.orderNumber)).toBe(number);
  }
});

test('a run that goes on for another sends the mails that it did not, each once, also of an order that has ended', async () => {
  await world.product('cup', { stock: 2 });
  await world.product('poem');
  await outboxFails(true);
  const shipped = await world.paidOrder([{ sku: 'cup' }]);
  await world.ship(shipped);
  const ended = await world.paidOrder([{ sku: 'poem' }]);
  for (const id of [shipped, ended]) {
    await world.handle(id).terminate('by mistake');
    expect(await world.mails(id)).toEqual([]);
  }
  await outboxFails(false);
  for (const id of [shipped, ended]) {
    await world.webhook(id);
    const count = id === shipped ? 3 : 2;
    await world.mailed(id, count);
    await world
      .handle(id)
      .terminate('by mistake')
      .catch(() => 'it has ended');
    await world.deps().starter.order(id, { again: true });
    await (id === ended ? world.end(id) : atRest(world, id));
    expect((await world.mails(id)).length).toBe(count);
  }
  expect(await world.mails(shipped)).toEqual(['order_confirmation', 'order_received', 'order_shipped']);
});

test('news from Stripe wakes a step that is stuck there, but a flood of it does not have it tried each time', async () => {
  const sku = 'bell';
  await world.product(sku, { stock: 1 });
  const { id } = await world.checkout([{ sku }]);
  await world.pay(id);
  const asked = async () =>
    (await world.requests()).filter(({ method, path }) => method === 'GET' && path.includes(id));
  await world.at('/faults', { match: { method: 'GET', path: id }, kind: 'error_before', status: 400, times: 1_000 });
  await world.webhook(id);
  await until(async () => (await world.order(id)).attentionStep === 'confirm');
  const tries = (await asked()).length;
  for (let told = 0; told < 20; told++) await world.webhook(id);
  await atRest(world, id);
  expect((await asked()).length).toBe(tries);
  await world.noFaults();
  await pass(world, id, 20_000);
  await world.webhook(id);
  await world.is(id, 'PREPARING');
});

test('the hour of a 3-D Secure in flight is an hour, however often Stripe is asked and whichever run asks', async () => {
  await world.product('vase', { stock: 1 });
  const { id } = await world.checkout([{ sku: 'vase' }], { holdSeconds: 60 });
  await world.at(`/sessions/${id}/three-d-secure/start`, { email: 'Ada@Example.com' });
  await pass(world, id, 61_000);
  await until(async () => (await world.order(id)).inFlightSince !== null);
  for (let looks = 0; looks < 65; looks++) {
    await (looks % 2 ? world.webhook(id) : world.handle(id).signal(abandonSignal));
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

test('a shopper who left is not forgotten with the run that was told: the session is expired, and the stock free', async () => {
  await world.product('tent', { stock: 1 });
  const { id } = await world.checkout([{ sku: 'tent' }]);
  await noteLeft(world.db, { sessionId: id, at: new Date(world.now()), who: 'shopper' });
  await world.handle(id).terminate('before it heard');
  await world.deps().starter.order(id);
  expect(await world.end(id)).toBe('CANCELLED');
  expect(await world.stock('tent')).toEqual({ onHand: 1, held: 0 });
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

/** Whether the provider takes mails. */
async function outboxFails(fails: boolean): Promise<void> {
  await fetch(`${world.outbox.url}/api/faults`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ times: fails ? 1_000 : 0, status: 500 }),
  });
}
