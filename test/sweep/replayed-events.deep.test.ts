import type { SessionId } from '../../domain/ids';
import { Shop, until } from '../api/shop';
import { sweep } from '../workflow/sweeping';

const DAY = 86_400_000;

let shop: Shop;
beforeAll(async () => {
  shop = await Shop.open();
  await shop.listenToStripe();
  await shop.world.product('EBOOK', { amount: 1200 });
  await shop.world.product('POSTER', { amount: 2500, stock: 10 });
});
afterAll(() => shop?.close());

const order = (id: SessionId) => shop.world.order(id);

async function bought(sku: string): Promise<SessionId> {
  const { body } = await shop.checkout({ items: [{ sku, quantity: 1 }] });
  const id = body.sessionId as SessionId;
  shop.world.know(id);
  await shop.world.pay(id);
  await until(async () => (await order(id)).status !== 'PENDING');
  return id;
}

/** Money, stock and mails, as they must stay: orders without when they were looked at last. */
async function books() {
  const { db } = shop.world;
  const orders = await db.order.findMany({ orderBy: { sessionId: 'asc' }, include: { refunds: true, grants: true } });
  return {
    orders: orders.map(({ updatedAt: _at, version: _version, refunds, ...one }) => ({
      ...one,
      refunds: refunds.map(({ updatedAt: _, ...refund }) => refund),
    })),
    stock: await shop.world.stock('POSTER'),
    movements: await db.stockMovement.count(),
    mails: await db.mail.findMany({ orderBy: { key: 'asc' }, select: { key: true, status: true, attempts: true } }),
    refundsAtStripe: (await shop.world.stripe.refunds.list({ limit: 100 })).data.length,
  };
}

test('four days of events replayed twice while live ones arrive change neither money nor stock nor mails', async () => {
  const began = shop.world.deps().clock.now();
  const [download, poster, returned] = [await bought('EBOOK'), await bought('POSTER'), await bought('POSTER')];
  await shop.world.deliver(poster);
  await shop.world.sleep(DAY);
  const { paymentIntentId } = await order(returned);
  await shop.world.at('/refunds', { payment_intent: paymentIntentId });
  await until(async () => (await order(returned)).status === 'REFUNDED');
  const { paymentIntentId: partly } = await order(download);
  await shop.world.at('/refunds', { payment_intent: partly, amount: 200 });
  await until(async () => (await order(download)).refunded === 200n);
  const { body: left } = await shop.checkout({ items: [{ sku: 'POSTER', quantity: 1 }] });
  await shop.http.post(`/orders/${left.sessionId}/abandon`);
  await until(async () => (await order(left.sessionId)).status === 'CANCELLED');
  await shop.world.sleep(3 * DAY);
  await until(async () => (await shop.world.db.mail.count({ where: { status: 'WRITTEN' } })) === 0);
  await sweep(shop.world, 'staff');
  const before = await books();
  expect(before.orders.map(({ status }) => status).sort()).toEqual(['CANCELLED', 'COMPLETED', 'COMPLETED', 'REFUNDED']);
  expect(before.stock).toEqual({ onHand: 9, held: 0 });

  const since = Math.floor(began / 1000) - 60;
  const replays = Promise.all([
    shop.world.at('/events/replay', { since, times: 2, shuffle: true }),
    sweep(shop.world, 'staff'),
  ]);
  const live = await bought('POSTER');
  await shop.world.deliver(live);
  const [{ events, sent, refused }] = await replays;
  expect(events).toBeGreaterThan(20);
  expect({ sent, refused }).toEqual({ sent: 2 * (events as number), refused: 0 });
  await until(async () => (await shop.world.mails(live)).length === 3);
  await allQuiet();

  const { found } = await sweep(shop.world, 'staff');
  expect(found).toEqual([]);
  const after = await books();
  const ofLive = (key: string) => key.includes(live);
  expect(after.orders.filter(({ sessionId }) => sessionId !== live)).toEqual(before.orders);
  expect(after.mails.filter(({ key }) => !ofLive(key))).toEqual(before.mails);
  expect(after.refundsAtStripe).toBe(before.refundsAtStripe);
  expect(after.stock).toEqual({ onHand: 8, held: 0 });
  expect(after.movements).toBe(before.movements + 2); // the live order's hold and sale
  expect(after.orders.find(({ sessionId }) => sessionId === live)?.status).toBe('COMPLETED');
});

/** Every follower that a replayed event has woken has looked and ended. */
async function allQuiet(): Promise<void> {
  for (const { stripeId } of await shop.world.db.refund.findMany())
    await until(async () => {
      const { status } = await shop.world.client.workflow.getHandle(stripeId as string).describe();
      return status.name !== 'RUNNING';
    });
}
