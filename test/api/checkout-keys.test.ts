import { Admission } from '../../api/storefront/checkout/admission';
import { keyOf } from '../../api/storefront/checkout/keys';
import { until } from '../workflow/world';
import { closedDoor } from './busy-shop';
import { Shop } from './shop';

let shop: Shop;
beforeAll(async () => {
  shop = await Shop.open();
  await shop.world.product('mug', { stock: 1000 });
  await shop.world.product('rare', { stock: 1 });
});
afterAll(() => shop?.close());

const cart = { items: [{ sku: 'mug', quantity: 1 }] };
const keyed = (key: string, body: object = cart) => shop.checkout(body as never, { 'idempotency-key': key });
const keyRows = () => shop.world.db.checkoutKey.findMany();

describe('the same key', () => {
  test('with the same cart gives the same checkout again, with today’s status', async () => {
    const first = await keyed('again');
    const second = await keyed('again');
    expect(second.status).toBe(201);
    expect(second.body).toEqual(first.body);

    await shop.http.post(`/orders/${first.body.sessionId}/abandon`).expect(202);
    expect(await shop.world.end(first.body.sessionId)).toBe('CANCELLED');
    const third = await keyed('again');
    expect(third.status).toBe(201);
    expect(third.body).toEqual({ ...first.body, status: 'CANCELLED' });
  });

  test('says that the checkout has ended as soon as Stripe does, though no event came', async () => {
    const first = await keyed('ended-at-stripe');
    await shop.world.stripe.checkout.sessions.expire(first.body.sessionId);
    // The API waits a moment for the order's workflow; on a busy machine that may take another request.
    await until(async () => (await keyed('ended-at-stripe')).body.status !== 'PENDING');
    const again = await keyed('ended-at-stripe');
    expect(again.status).toBe(201);
    expect(again.body).toEqual({ ...first.body, status: 'EXPIRED' });
    shop.world.know(first.body.sessionId);
    await shop.world.end(first.body.sessionId);
  });

  test('of a checkout whose order was erased is the same checkout, and leads to the cart', async () => {
    const first = await keyed('erased');
    const { sessionId } = first.body;
    await shop.http.post(`/orders/${sessionId}/abandon`).expect(202);
    expect(await shop.world.end(sessionId)).toBe('CANCELLED');
    const staff = { authorization: `Bearer ${shop.world.env.ADMIN_TOKEN}` };
    await shop.http.post(`/admin/orders/${sessionId}/erase`).set(staff).expect(200);
    const again = await keyed('erased');
    const url = `${shop.world.env.STOREFRONT_URL}/cart?session_id=${sessionId}`;
    expect([again.status, again.body]).toEqual([201, { ...first.body, status: 'CANCELLED', url }]);
  });

  test('holds once, even for lines that only add up to the same', async () => {
    const held = (await shop.world.stock('mug')).held;
    await keyed('adds-up', {
      items: [
        { sku: 'mug', quantity: 1 },
        { sku: 'mug', quantity: 2 },
      ],
    });
    await keyed('adds-up', { items: [{ sku: 'mug', quantity: 3 }] });
    expect((await shop.world.stock('mug')).held).toBe(held + 3);
  });

  test('with another cart is refused', async () => {
    await keyed('other');
    for (const change of [{ items: [{ sku: 'mug', quantity: 2 }] }, { email: 'ada@example.com' }, { country: 'DE' }]) {
      const other = { ...cart, ...change };
      const answer = await keyed('other', other);
      expect([answer.status, answer.body.code]).toEqual([409, 'idempotency_key_reused']);
    }
  });

  test('many times at once is one checkout, whichever process gets it', async () => {
    const other = await shop.another();
    const held = (await shop.world.stock('mug')).held;
    const answers = await Promise.all(
      Array.from({ length: 6 }, (_, index) =>
        (index % 2 ? shop.http : other.http).post('/checkout').set('idempotency-key', 'at-once').send(cart),
      ),
    );
    await other.close();
    expect(answers.map(({ status }) => status)).toEqual(Array(6).fill(201));
    expect(new Set(answers.map(({ body }) => body.sessionId)).size).toBe(1);
    expect((await shop.world.stock('mug')).held).toBe(held + 1);
  });

  test('after a failure starts a new attempt, even with another cart', async () => {
    const wanted = { items: [{ sku: 'rare', quantity: 2 }] };
    expect((await keyed('afresh', wanted)).status).toBe(409);
    expect((await keyed('afresh', { items: [{ sku: 'rare', quantity: 1 }] })).status).toBe(201);
  });

  test('after Stripe failed starts a new attempt under a new number and a new key at Stripe', async () => {
    await shop.world.at('/faults', { kind: 'error_after', match: { method: 'POST', path: '^/v1/checkout/sessions$' } });
    const failed = await keyed('stripe-failed');
    expect([failed.status, failed.body.code]).toEqual([503, 'unavailable']);
    expect(Number(failed.headers['retry-after'])).toBeGreaterThan(0);
    const answer = await keyed('stripe-failed');
    expect(answer.status).toBe(201);
    const asked = (await shop.askedOfStripe('POST', /^\/v1\/checkout\/sessions$/)).slice(-2);
    expect(new Set(asked.map(({ idempotencyKey }) => idempotencyKey)).size).toBe(2);
    expect(new Set(asked.map(({ params }) => params.client_reference_id)).size).toBe(2);
  });

  test('is kept a day', async () => {
    const first = await keyed('a-day');
    const row = (await keyRows()).find(({ checkoutId }) => checkoutId !== null);
    expect(row).toBeDefined();
    await shop.world.db.checkoutKey.updateMany({
      data: { createdAt: new Date(shop.api.deps.clock.now() - 86_400_001) },
    });
    const second = await keyed('a-day', { items: [{ sku: 'mug', quantity: 5 }] });
    expect(second.status).toBe(201);
    expect(second.body.sessionId).not.toBe(first.body.sessionId);
  });

  test.each(['', ' ', 'a b', 'ä', 'x'.repeat(256)])('that is not valid is refused: %j', async (key) => {
    const answer = await keyed(key);
    expect([answer.status, answer.body.code]).toEqual([400, 'invalid_request']);
    expect(answer.body.errors[0].path).toBe('idempotency-key');
  });

  test('may have 255 characters', async () => {
    expect((await keyed('!'.repeat(255))).status).toBe(201);
  });
});

test('requests that fail are counted too, though far more of them are let through', async () => {
  const api = await shop.another({ CHECKOUT_RATE_LIMIT: 2, TRUST_PROXY: 1 });
  const ask = (client: string) =>
    api.http
      .post('/checkout')
      .set('x-forwarded-for', client)
      .send({ items: [{ sku: 'nothing', quantity: 1 }] });
  const answers = [];
  for (let n = 0; n < 21; n++) answers.push(await ask('203.0.113.7'));
  expect(answers.slice(0, 20).map(({ status }) => status)).toEqual(Array(20).fill(404));
  expect(answers[20]?.body.code).toBe('rate_limited');
  expect((await ask('203.0.113.8')).status).toBe(404);
  await api.close();
});

test('repeats under one key are counted as requests, though they make no checkout', async () => {
  const api = await shop.another({ CHECKOUT_RATE_LIMIT: 1 });
  const ask = () => api.http.post('/checkout').set('idempotency-key', 'counted').send(cart);
  const answers = [];
  for (let n = 0; n < 11; n++) answers.push(await ask());
  expect(answers.slice(0, 10).map(({ status }) => status)).toEqual(Array(10).fill(201));
  expect(answers[10]?.body.code).toBe('rate_limited');
  await api.close();
});

describe('when more shoppers come than are served', () => {
  const created = async () => (await shop.askedOfStripe('POST', /^\/v1\/checkout\/sessions$/)).length;

  test('they are told at once when to come again, before Stripe is asked; whoever has an answer gets it', async () => {
    const first = await keyed('answered-before');
    const api = await shop.another({}, { admission: closedDoor() });
    const before = { keys: await keyRows(), sessions: await created(), stock: await shop.world.stock('mug') };
    const ask = (key: Record<string, string>) => api.http.post('/checkout').set(key).send(cart);
    for (const key of [{}, { 'idempotency-key': 'not-let-in' }]) {
      const refused = await ask(key);
      expect([refused.status, refused.body.code]).toEqual([503, 'unavailable']);
      expect(Number(refused.headers['retry-after'])).toBeGreaterThanOrEqual(3);
    }
    expect({ keys: await keyRows(), sessions: await created(), stock: await shop.world.stock('mug') }).toEqual(before);
    expect(await api.metric('holdfast_checkouts_turned_away_total', {})).toBe(2);
    expect(await api.metric('holdfast_checkouts_under_way', { state: 'waiting' })).toBe(40);

    const again = await ask({ 'idempotency-key': 'answered-before' });
    expect([again.status, again.body]).toEqual([201, first.body]);
    await api.close();
  });

  test('whoever waits in line is told when it has sold out meanwhile, before Stripe is asked', async () => {
    await shop.world.product('last', { stock: 1 });
    const lasts = { items: [{ sku: 'last', quantity: 1 }] };
    const admission = new Admission();
    const api = await shop.another({}, { admission });
    const slots = await Promise.all(Array.from({ length: admission.limit }, () => admission.enter(null)));
    const waits = api.http.post('/checkout').send(lasts).then();
    await until(async () => admission.waiting === 1);
    expect((await shop.checkout(lasts)).status).toBe(201);
    const sessions = await created();
    slots[0]?.leave('failed');
    expect((await waits).body).toMatchObject({ code: 'out_of_stock', items: [{ sku: 'last', available: 0 }] });
    expect(await created()).toBe(sessions);
    expect([admission.underWay, admission.waiting]).toEqual([slots.length - 1, 0]);
    await api.close();
  });
});

test('unpaid checkouts count for the shopper that a storefront’s server names', async () => {
  const key = 'storefront-key-of-this-test';
  const api = await shop.another({ CHECKOUT_OPEN_LIMIT: 1, STOREFRONT_KEYS: [{ name: 'web', secret: key }] });
  const ask = (shopper: string) =>
    api.http
      .post('/checkout')
      .set({ authorization: `Bearer ${key}`, 'holdfast-shopper': shopper })
      .send(cart);
  expect((await ask('user-1')).status).toBe(201);
  expect((await ask('user-1')).body.code).toBe('too_many_open');
  expect((await ask('user-2')).status).toBe(201);
  await api.close();
});

describe('an API process that died', () => {
  test('between writing the checkout and calling Stripe: the very same request is sent again', async () => {
    const { db, stripe } = shop.world;
    // Stripe made the session, but the answer never came: the row has no session, the key is busy with a dead process.
    await shop.world.at('/faults', {
      kind: 'reset',
      times: 2, // the library sends once more when a connection is closed
      match: { method: 'POST', path: '^/v1/checkout/sessions$' },
    });
    await shop.offers({ promotionCodes: true, shipTo: ['DE'] });
    await keyed('died-early');
    const row = await db.checkout.findFirstOrThrow({
      orderBy: { createdAt: 'desc' },
      where: { failedAt: { not: null } },
    });
    await db.checkout.update({ where: { id: row.id }, data: { failedAt: null } });
    const asked = (await shop.askedOfStripe('POST', /^\/v1\/checkout\/sessions$/)).at(-1);
    await busyWith('died-early', row.id);
    await shop.offers({ phone: true }); // what is written down does not follow

    const answer = await keyed('died-early');
    expect(answer.status).toBe(201);
    const again = (await shop.askedOfStripe('POST', /^\/v1\/checkout\/sessions$/)).at(-1);
    expect(again).toMatchObject({ idempotencyKey: asked?.idempotencyKey, params: asked?.params, replayed: true });
    expect(again?.params).toMatchObject({ allow_promotion_codes: 'true' });
    await shop.offers();
    expect((await shop.world.order(answer.body.sessionId)).number).toBe(row.number);
    const sessions = await stripe.checkout.sessions.list({ limit: 100 });
    expect(sessions.data.filter(({ client_reference_id }) => client_reference_id === row.number)).toHaveLength(1);
  });

  test('between calling Stripe and holding the stock: the session is opened', async () => {
    const sessionId = await shop.world.session([{ sku: 'mug' }]);
    await busyWith('died-late', await checkoutOf(sessionId));
    const answer = await keyed('died-late');
    expect([answer.status, answer.body.sessionId, answer.body.status]).toEqual([201, sessionId, 'PENDING']);
    expect(await shop.world.order(sessionId)).toMatchObject({ stock: 'HELD' });
  });

  test('long ago: its attempt has ended, so a new one is made', async () => {
    const sessionId = await shop.world.session([{ sku: 'mug' }]);
    await busyWith('died-long-ago', await checkoutOf(sessionId));
    await shop.world.db.checkout.updateMany({
      where: { sessionId },
      data: { holdUntil: new Date(shop.api.deps.clock.now() - 1) },
    });
    const answer = await keyed('died-long-ago');
    expect(answer.status).toBe(201);
    expect(answer.body.sessionId).not.toBe(sessionId);
  });
});

/** A key whose holder died while it was busy with this checkout. */
async function busyWith(key: string, checkoutId: string): Promise<void> {
  const { db } = shop.world;
  await keyed(`${key}-template`);
  const { bodyHash } = await db.checkoutKey.findUniqueOrThrow({ where: { keyHash: keyHash(`${key}-template`) } });
  const now = shop.api.deps.clock.now();
  await db.checkoutKey.create({
    data: { keyHash: keyHash(key), bodyHash, checkoutId, busyUntil: new Date(now - 1), createdAt: new Date(now) },
  });
}

const checkoutOf = async (sessionId: string) =>
  (await shop.world.db.checkout.findUniqueOrThrow({ where: { sessionId } })).id;

const keyHash = (key: string) => keyOf(`checkout\n${key}`, '').keyHash;
