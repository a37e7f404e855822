import { type SessionId, sessionId } from '../../domain/ids';
import { until } from '../support/launched';
import { Shop } from './shop';
import { sweep } from './sweeps';
import { ADMIN_TOKEN, System } from './system';

let system: System;
let shop: Shop;
beforeAll(async () => {
  system = await System.start();
  shop = new Shop(system);
  await shop.product('mug', { stock: 100 });
});
afterAll(() => system?.stop());

const runOf = (id: SessionId) => system.temporal.workflow.getHandle(id).describe();

/** What starts the run of an order that was terminated. */
const STARTS: Record<string, (id: SessionId, number: string) => Promise<unknown>> = {
  'an event of Stripe': (id) => shop.pay(id, { wait: true }),
  'the order’s page': async (id) => {
    await shop.at('/deliveries', { mode: 'drop' });
    await shop.pay(id);
    await fetch(`${system.apis[0]?.url}/orders/${id}`);
    await shop.at('/deliveries', { mode: 'normal' });
  },
  'the shopper, who leaves': (id) => shop.post(`/orders/${id}/abandon`, ''),
  'staff, who cancel it': (id) => shop.cancel(id),
  'staff, who cancel many': () => shop.staff('/bulk', { action: 'cancel', status: 'PENDING' }),
  'the sweep': () => sweep(system, { trigger: 'staff' }),
};

test.each(Object.entries(STARTS))(
  'a run that takes an order over is called by its number, started by %s',
  async (_, start) => {
    const id = await shop.buy({ sku: 'mug' });
    const { number } = await shop.order(id);
    const before = await runOf(id);
    expect(await before.staticSummary()).toBe(`Order ${number}`);
    await system.temporal.workflow.getHandle(id).terminate('by mistake');
    await start(id, number);
    const after = await until('another run', async () => {
      const run = await runOf(id);
      return run.runId === before.runId ? null : run;
    });
    expect(await after.staticSummary()).toBe(`Order ${number}`);
  },
);

test('staff who have goods of an order that has ended sent again start a run that is called by its number, too', async () => {
  const id = await shop.buy({ sku: 'mug' });
  await shop.pay(id);
  expect(await shop.settled(id)).toBe('PREPARING');
  const { number } = await shop.order(id);
  await shop.staff(`/orders/${number}/ship`, { carrier: 'DHL', trackingNumber: '1' });
  await shop.staff(`/orders/${number}/deliver`, {});
  expect(await shop.ended(id)).toBe('COMPLETED');
  const asked = { 'idempotency-key': 'sent-again', authorization: `Bearer ${ADMIN_TOKEN}` };
  await shop.post(`/admin/orders/${number}/replace`, { items: [{ sku: 'mug', quantity: 1 }] }, asked);
  const run = await runOf(id);
  expect([run.status.name, await run.staticSummary()]).toEqual(['RUNNING', `Order ${number}`]);
});

test('an order that Holdfast does not know yet is called by no number', async () => {
  const { data } = await system.stripe.prices.list({ limit: 1 });
  const { id } = await system.stripe.checkout.sessions.create({
    ...{ mode: 'payment', success_url: 'https://shop.example.com' },
    line_items: [{ price: data[0]?.id ?? '', quantity: 1 }],
  });
  await shop.pay(sessionId(id), { wait: true });
  const run = await until('its run', () => runOf(sessionId(id)).catch(() => null));
  expect(await run.staticSummary()).toBe('Order of a Checkout Session');
});
