import { createHmac, randomUUID } from 'node:crypto';
import { type SessionId, sessionId } from '../../domain/ids';
import { Shop, until } from '../api/shop';

let shop: Shop;
beforeAll(async () => {
  shop = await Shop.open();
  await shop.world.product('mug', { stock: 100 });
  await shop.world.product('ebook');
});
afterAll(() => shop?.close());

/** An event as Stripe signs it. */
function deliver(type: string, id: SessionId, event = `evt_${randomUUID()}`) {
  const created = Math.floor(shop.world.now() / 1000);
  const object = { id, object: 'checkout.session', mode: 'payment' };
  const body = JSON.stringify({
    ...{
      id: event,
      object: 'event',
      api_version: '2026-10-28.endive',
      created,
      livemode: false,
      type,
      data: { object },
    },
  });
  const signature = createHmac('sha256', 'whsec_world').update(`${created}.${body}`).digest('hex');
  return shop.http
    .post('/webhooks/stripe')
    .set({ 'content-type': 'application/json', 'stripe-signature': `t=${created},v1=${signature}` })
    .send(body);
}

const opened = async (sku: string): Promise<SessionId> => (await shop.world.checkout([{ sku }])).id;
/** A session that is paid, and that nothing here has heard of yet. */
async function unheard(sku: string): Promise<SessionId> {
  const { stripePriceId } = await shop.world.db.price.findFirstOrThrow({ where: { sku } });
  const { id } = await shop.world.stripe.checkout.sessions.create({
    ...{ mode: 'payment', line_items: [{ price: stripePriceId as string, quantity: 1 }] },
    success_url: 'http://localhost/thanks',
  });
  await shop.world.pay(sessionId(id));
  shop.world.know(sessionId(id));
  return sessionId(id);
}
const status = async (id: SessionId) => (await shop.world.db.order.findUnique({ where: { sessionId: id } }))?.status;
const becomes = (id: SessionId, wanted: string) => until(async () => (await status(id)) === wanted);
const confirmed = (id: SessionId) => until(async () => (await shop.world.mails(id)).length === 2);
const sales = (id: SessionId) =>
  shop.world.db.stockMovement.count({ where: { reference: id, kind: { in: ['COMMIT', 'TAKE'] } } });

test('the same fact under two event ids is one order, one sale and one mail', async () => {
  const id = await opened('mug');
  await shop.world.pay(id);
  const answers = await Promise.all([
    deliver('checkout.session.completed', id),
    deliver('checkout.session.completed', id),
  ]);
  expect(answers.map((one) => one.status)).toEqual([200, 200]);
  await becomes(id, 'PREPARING');
  await confirmed(id);
  expect((await deliver('checkout.session.completed', id)).status).toBe(200);
  expect(await sales(id)).toBe(1);
  expect(await shop.world.mails(id)).toEqual(['order_confirmation', 'order_received']);
});

test.each(['mug', 'ebook'])(
  'the landing page and the webhook at the same moment write one order of a %s',
  async (sku) => {
    const id = await unheard(sku);
    const [page, webhook] = await Promise.all([
      shop.http.get(`/orders/${id}`),
      deliver('checkout.session.completed', id),
    ]);
    expect([200, 503]).toContain(page.status);
    expect(webhook.status).toBe(200);
    await confirmed(id);
    expect(await shop.world.db.order.count({ where: { sessionId: id } })).toBe(1);
    expect(await shop.world.db.checkout.count({ where: { sessionId: id } })).toBe(1);
    expect(await sales(id)).toBe(sku === 'mug' ? 1 : 0);
    expect(await shop.world.mails(id)).toEqual(['order_confirmation', 'order_received']);
    expect((await shop.http.get(`/orders/${id}`)).body.status).toBe(sku === 'mug' ? 'PREPARING' : 'COMPLETED');
  },
);

test('`expired` after `completed` is answered, and changes nothing', async () => {
  const id = await opened('mug');
  await shop.world.pay(id);
  await deliver('checkout.session.completed', id);
  await confirmed(id);
  const before = await shop.world.order(id);
  expect((await deliver('checkout.session.expired', id)).status).toBe(200);
  const handle = shop.world.handle(id);
  // The update is answered after the signal before it was looked at: one run reads its messages in order.
  await handle.executeUpdate('ship', { args: [{ carrier: 'DHL', trackingNumber: '1' }] });
  expect(await shop.world.order(id)).toMatchObject({ status: 'SHIPPED', paymentStatus: 'PAID', paidAt: before.paidAt });
  expect(await sales(id)).toBe(1);
});

test('a delayed payment told of by the page alone is on its way, and the page says so', async () => {
  const id = await opened('mug');
  await shop.world.pay(id, { method: 'bank_debit' });
  const page = await shop.http.get(`/orders/${id}`);
  expect(page.status).toBe(200);
  await until(async () => (await shop.http.get(`/orders/${id}`)).body.paymentStatus === 'PROCESSING');
  expect((await shop.http.post(`/orders/${id}/abandon`)).status).toBe(409);
  await shop.world.at(`/sessions/${id}/settle`);
  expect((await deliver('checkout.session.async_payment_succeeded', id)).status).toBe(200);
  await becomes(id, 'PREPARING');
});

test('of a session that is not ours a webhook is answered, and its page is unknown', async () => {
  const { id } = await shop.world.stripe.checkout.sessions.create({
    ...{ mode: 'payment', success_url: 'http://localhost/thanks' },
    line_items: [
      { quantity: 1, price_data: { currency: 'eur', unit_amount: 500, product_data: { name: 'Of others' } } },
    ],
  });
  await shop.world.pay(sessionId(id));
  expect((await deliver('checkout.session.completed', sessionId(id))).status).toBe(200);
  for (let times = 0; times < 2; times++) {
    const page = await shop.http.get(`/orders/${id}`);
    expect([page.status, page.body.code]).toEqual([404, 'unknown_order']);
  }
  expect(await shop.world.db.straySession.count({ where: { sessionId: id } })).toBe(1);
  expect((await shop.world.metrics.strays.get()).values[0]?.value).toBe(1);
});
