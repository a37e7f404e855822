import { type SessionId, sessionId } from '../../domain/ids';
import { recoveryUrl, signToken } from '../../platform/links';
import { closedDoor } from './busy-shop';
import { Shop, until } from './shop';

let shop: Shop;
beforeAll(async () => {
  shop = await Shop.open({ HOLD_TTL_SECONDS: '3600' });
  await shop.world.product('mug', { amount: 1250, stock: 50 });
});
afterAll(() => shop?.close());

/** A checkout that ran out, with the link in the mail about it, and the one on the order’s page. */
async function expired(more: object = {}): Promise<{ id: SessionId; token: string; shown: string }> {
  const { body } = await shop.checkout({
    items: [{ sku: 'mug', quantity: 2 }],
    email: 'ada@example.com',
    userId: 'user-7',
    locale: 'fr',
    ...more,
  });
  const id = sessionId(body.sessionId);
  shop.world.know(id);
  await shop.world.sleep(3_600_000);
  expect(await shop.world.end(id)).toBe('EXPIRED');
  const { body: document } = await shop.http.get(`/orders/${id}`);
  const mailed = recoveryUrl(shop.world.env, 'recover', id);
  const shown: string = document.recoveryUrl;
  return { id, token: tokenIn(mailed), shown: tokenIn(shown) };
}
const tokenIn = (url: string): string => url.split('/recover/')[1] ?? '';
const recover = (token: string) => shop.http.post(`/recover/${token}`);

test('the link leads to the cart and holds nothing', async () => {
  const { token } = await expired();
  const { held } = await shop.world.stock('mug');
  const answer = await shop.http.get(`/recover/${token}`);
  expect([answer.status, answer.headers.location]).toEqual([
    303,
    `${shop.world.env.STOREFRONT_URL}/cart?recover=${encodeURIComponent(token)}`,
  ]);
  expect((await shop.world.stock('mug')).held).toBe(held);
});

describe('the cart behind a link', () => {
  const cartOf = (token: string) => shop.http.get(`/recover/${token}/cart`);
  const euro = (amount: number) => ({ amount, currency: 'eur' });

  test('is shown from either link, at today’s price and stock, without the shopper, and holds nothing', async () => {
    const { token, shown } = await expired();
    const { held: before } = await shop.world.stock('mug');
    const answer = await cartOf(token);
    expect([answer.status, answer.headers['cache-control']]).toEqual([200, 'no-store']);
    expect(answer.body).toEqual({
      currency: 'eur',
      items: [
        {
          ...{ sku: 'mug', name: expect.any(String), imageUrl: null, quantity: 2 },
          ...{ unitAmount: euro(1250), total: euro(2500), payWhatYouWant: null, problem: null },
          available: (await onHand()) - before,
        },
      ],
      total: euro(2500),
      until: expect.stringMatching(/Z$/),
      bought: false,
    });
    expect((await cartOf(shown)).body).toEqual(answer.body);
    expect(JSON.stringify(answer.body)).not.toMatch(/ada@|user-7|cs_/);
    expect(await held()).toBe(before);
  });

  test('says what POST would refuse each line for, and has no total then', async () => {
    await shop.world.product('gone', { amount: 500, stock: 5 });
    await shop.world.product('scarce', { amount: 700, stock: 5 });
    const { token } = await expired({ items: ['gone', 'scarce', 'mug'].map((sku) => ({ sku, quantity: 3 })) });
    const problems = async () => {
      const { body } = await cartOf(token);
      return [body.total, ...body.items.map((item: { problem: string | null }) => item.problem)];
    };
    const { db } = shop.world;
    await db.product.update({ where: { sku: 'gone' }, data: { refusedAt: new Date() } });
    await db.stockMovement.create({
      data: {
        ...{ sku: 'scarce', at: new Date(), kind: 'ADJUST', onHandDelta: -3, heldDelta: 0 },
        ...{ reference: 'broken', actor: 'staff' },
      },
    });
    expect(await problems()).toEqual([null, 'not_for_sale', 'out_of_stock', null]);
    expect((await recover(token)).body.code).toBe('not_for_sale');
    await db.product.update({ where: { sku: 'gone' }, data: { active: false } });
    expect(await problems()).toEqual([null, 'unknown_sku', 'out_of_stock', null]);
    expect((await recover(token)).body.code).toBe('unknown_sku');
  });

  test('says that it was bought once a checkout from its link is paid; pressing twice before bought nothing twice', async () => {
    const { token } = await expired();
    const [first, second] = await Promise.all([recover(token), recover(token)]);
    expect(second.body.sessionId).toBe(first.body.sessionId);
    expect((await cartOf(token)).body.bought).toBe(false);
    shop.world.know(first.body.sessionId);
    await shop.world.pay(first.body.sessionId);
    await until(async () => (await shop.http.get(`/orders/${first.body.sessionId}`)).body.paymentStatus === 'PAID');
    expect((await cartOf(token)).body.bought).toBe(true);
    expect(await shop.world.db.order.count({ where: { paymentStatus: 'PAID' } })).toBe(1);
  });

  test('is 410 once the link has expired, and 403 with a wrong token', async () => {
    const { token, id } = await expired();
    const data = { recoverableUntil: new Date(shop.api.deps.clock.now()) };
    await shop.world.db.order.update({ where: { sessionId: id }, data });
    for (const [given, status, code] of [
      [token, 410, 'link_expired'],
      ['nonsense', 403, 'link_invalid'],
    ] as const) {
      const answer = await cartOf(given);
      expect([answer.status, answer.body.code]).toEqual([status, code]);
    }
  });
});

test('recovering opens a checkout of the same cart for the same shopper at today’s prices', async () => {
  const { token, id } = await expired();
  const { stripe, db } = shop.world;
  const product = await stripe.products.create({ name: 'The mug' });
  const price = await stripe.prices.create({ product: product.id, unit_amount: 1500, currency: 'eur' });
  await db.price.updateMany({ where: { sku: 'mug' }, data: { current: false } });
  await db.price.create({
    data: { sku: 'mug', currency: 'eur', amount: 1500, stripePriceId: price.id, createdAt: new Date() },
  });

  const full = await shop.another({}, { admission: closedDoor() });
  const refused = await full.http.post(`/recover/${token}`);
  expect([refused.status, refused.body.code]).toEqual([503, 'unavailable']);
  await full.close();

  const answer = await recover(token);
  expect(answer.status).toBe(201);
  expect(answer.body.sessionId).not.toBe(id);
  const order = await shop.world.order(answer.body.sessionId);
  expect(order).toMatchObject({ total: 3000n, locale: 'fr', customer: { email: 'ada@example.com', userId: 'user-7' } });
  expect(order.items).toMatchObject([{ sku: 'mug', quantity: 2 }]);
});

test('a bundle is recovered as the bundle, at its own price', async () => {
  await shop.world.product('card', { amount: 500, stock: 50 });
  const contents = [
    { sku: 'mug', quantity: 1 },
    { sku: 'card', quantity: 2 },
  ];
  await shop.world.sellBundle('box', contents, { amount: 2000 });
  const { token } = await expired({ items: [{ sku: 'box', quantity: 2 }] });
  const { body: shown } = await shop.http.get(`/recover/${token}/cart`);
  expect([shown.items, shown.total]).toEqual([
    [expect.objectContaining({ sku: 'box', name: 'The box', quantity: 2, problem: null })],
    { amount: 4000, currency: 'eur' },
  ]);
  const answer = await recover(token);
  expect(answer.status).toBe(201);
  expect(await shop.world.order(answer.body.sessionId)).toMatchObject({
    subtotal: 4000n,
    bundles: [{ sku: 'box', quantity: 2 }],
    items: [
      { sku: 'mug', quantity: 2 },
      { sku: 'card', quantity: 4 },
    ],
  });
});

test('a cart that wants more of a product than there is, alone and in a bundle, says so as its checkout does', async () => {
  await shop.world.product('last', { amount: 500, stock: 3 });
  await shop.world.sellBundle('pair', [{ sku: 'last', quantity: 2 }]);
  const items = [
    { sku: 'last', quantity: 1 },
    { sku: 'pair', quantity: 1 },
  ];
  const { token } = await expired({ items });
  await shop.checkout({ items: [{ sku: 'last', quantity: 1 }] });
  const { body } = await shop.http.get(`/recover/${token}/cart`);
  expect(body.items).toMatchObject([
    { sku: 'last', problem: null },
    { sku: 'pair', problem: 'out_of_stock', available: 0 },
  ]);
  expect((await recover(token)).body.items).toEqual([{ sku: 'pair', requested: 1, available: 0 }]);
});

test('the link on the order’s page leads to the same cart, never to the shopper’s address', async () => {
  const { token, shown } = await expired();
  const addressOf = async (sessionId: string) =>
    (await shop.world.stripe.checkout.sessions.retrieve(sessionId)).customer_email;
  const fromMail = await recover(token);
  expect(await addressOf(fromMail.body.sessionId)).toBe('ada@example.com');

  const fromPage = await recover(shown);
  expect(fromPage.status).toBe(201);
  expect(fromPage.body.sessionId).not.toBe(fromMail.body.sessionId);
  expect(await addressOf(fromPage.body.sessionId)).toBeNull();
  expect((await recover(shown)).body).toEqual(fromPage.body);
});

test('the link returns the same session while that is open, even for two at once, and a new one afterwards', async () => {
  const { token } = await expired();
  const [first, second] = await Promise.all([recover(token), recover(token)]);
  expect(second.body).toEqual(first.body);
  expect((await recover(token)).body).toEqual(first.body);
  await shop.http.post(`/orders/${first.body.sessionId}/abandon`).expect(202);
  shop.world.know(first.body.sessionId);
  await shop.world.end(first.body.sessionId);
  const [third, fourth] = await Promise.all([recover(token), recover(token)]);
  expect(third.status).toBe(201);
  expect(third.body.sessionId).not.toBe(first.body.sessionId);
  expect(fourth.body).toEqual(third.body);
});

test('a cart that has sold out meanwhile is 409', async () => {
  const { token } = await expired();
  await shop.world.db.stockMovement.create({
    data: {
      sku: 'mug',
      at: new Date(),
      kind: 'ADJUST',
      onHandDelta: 1 + (await held()) - (await onHand()),
      heldDelta: 0,
      reference: 'lost',
      actor: 'staff',
    },
  });
  const answer = await recover(token);
  expect([answer.status, answer.body.code]).toEqual([409, 'out_of_stock']);
  expect(answer.body.items).toEqual([{ sku: 'mug', requested: 2, available: 1 }]);
  await shop.world.db.stockMovement.create({
    data: {
      sku: 'mug',
      at: new Date(),
      kind: 'ADJUST',
      onHandDelta: 50,
      heldDelta: 0,
      reference: 'found',
      actor: 'staff',
    },
  });
});

test('a link that has expired, or whose order was paid after all, is 410', async () => {
  const { token, id } = await expired();
  const { db } = shop.world;
  await db.order.update({ where: { sessionId: id }, data: { recoverableUntil: new Date(shop.api.deps.clock.now()) } });
  const answer = await recover(token);
  expect([answer.status, answer.body.code]).toEqual([410, 'link_expired']);
  await db.order.update({
    where: { sessionId: id },
    data: { recoverableUntil: new Date(shop.api.deps.clock.now() + 1e6), status: 'REFUNDED' },
  });
  expect((await recover(token)).status).toBe(410);
});

test.each([
  ['nonsense', () => 'nonsense'],
  ['a download’s', () => signToken(shop.world.env.SIGNING_SECRET, 'download', 'cs_test_x')],
  ['another shop’s', () => signToken('the-secret-of-another-shop', 'recover', 'cs_test_x')],
])('a token that is %s is 403', async (_what, make) => {
  for (const answer of [await recover(make()), await shop.http.get(`/recover/${make()}`)]) {
    expect([answer.status, answer.body.code]).toEqual([403, 'link_invalid']);
  }
});

const held = async () => (await shop.world.stock('mug')).held;
const onHand = async () => (await shop.world.stock('mug')).onHand;

test('the cart goes to the country that it went to, at today’s shipping rates', async () => {
  const parcel = (country: string, amount: number) => ({
    ...{ name: 'Parcel', countries: [country], prices: [{ amount, currency: 'eur' }] },
  });
  await shop.offers({ shippingRates: [parcel('DE', 500), parcel('AT', 900)] });
  const { token } = await expired({ country: 'AT' });
  await shop.offers({ shippingRates: [parcel('DE', 600), parcel('AT', 1000)] });
  const { body } = await recover(token);
  const session = await shop.world.stripe.checkout.sessions.retrieve(body.sessionId);
  expect(session).toMatchObject({
    shipping_address_collection: { allowed_countries: ['AT'] },
    shipping_options: [{ shipping_amount: 1000 }],
  });
  await shop.offers();
});
