import { connectTemporal } from '../../platform/temporal';
import { type Api, Shop, until } from './shop';

let shop: Shop;
beforeAll(async () => {
  shop = await Shop.open({ HOLD_TTL_SECONDS: '3600' });
  await shop.world.product('mug', { stock: 100 });
});
afterAll(() => shop?.close());

const cart = { items: [{ sku: 'mug', quantity: 1 }] };
const CREATE = { method: 'POST', path: '^/v1/checkout/sessions$' };
const lastCheckout = () => shop.world.db.checkout.findFirstOrThrow({ orderBy: { number: 'desc' } });

async function expectUnavailable(
  answer: Promise<{ status: number; body: { code?: string }; headers: Record<string, string> }>,
) {
  const began = performance.now();
  const { status, body, headers } = await answer;
  expect([status, body.code]).toEqual([503, 'unavailable']);
  expect(Number(headers['retry-after'])).toBeGreaterThan(0);
  expect(performance.now() - began).toBeLessThan(10_000);
}

describe('Stripe fails', () => {
  test.each([
    ['answers 500', { kind: 'error_before' }],
    ['answers 500 after it made the session', { kind: 'error_after' }],
    ['limits us', { kind: 'rate_limit', retryAfter: 7 }],
    ['is a proxy’s page', { kind: 'html' }],
    ['cuts its answer', { kind: 'cut_body', times: 2 }],
    ['hangs up', { kind: 'reset', times: 2 }],
    ['takes too long', { kind: 'delay', ms: 12_000 }],
  ])('%s: 503 within 10 s, nothing held, and nothing of Stripe’s message', async (_what, fault) => {
    const { held } = await shop.world.stock('mug');
    await shop.world.at('/faults', { match: CREATE, ...fault });
    const answer = shop.checkout(cart);
    await expectUnavailable(answer as never);
    expect(JSON.stringify((await answer).body)).not.toMatch(/stripe|cs_|rate limit/i);
    expect((await shop.world.stock('mug')).held).toBe(held);
    expect(await lastCheckout()).toMatchObject({ failedAt: expect.any(Date) });
    await fetch(`${shop.world.sandbox.url}/_control/faults`, { method: 'DELETE' });
  });

  test('its Retry-After is passed on', async () => {
    await shop.world.at('/faults', { match: CREATE, kind: 'rate_limit', retryAfter: 7 });
    expect((await shop.checkout(cart)).headers['retry-after']).toBe('7');
  });

  test('charges another price than the catalogue’s: the session is expired and 503', async () => {
    await shop.world.product('drifted', { amount: 1000, stock: 5 });
    await shop.world.db.price.updateMany({ where: { sku: 'drifted' }, data: { amount: 800 } });
    await expectUnavailable(shop.checkout({ items: [{ sku: 'drifted', quantity: 1 }] }) as never);
    const { number } = await lastCheckout();
    const { data } = await shop.world.stripe.checkout.sessions.list({ limit: 5 });
    expect(data.find(({ client_reference_id }) => client_reference_id === number)).toMatchObject({ status: 'expired' });
    expect(shop.api.log.find(({ msg }) => /differs from the catalogue/.test(msg))).toMatchObject({
      level: 50,
      number,
      ours: 800,
      stripes: 1000,
    });
    expect(await shop.world.stock('drifted')).toEqual({ onHand: 5, held: 0 });
  });

  test('refuses the total as too small: the shopper is told', async () => {
    await shop.world.product('sticker', { amount: 10, stock: 5 });
    const answer = await shop.checkout({ items: [{ sku: 'sticker', quantity: 1 }] });
    expect([answer.status, answer.body.code, answer.body.errors[0].path]).toEqual([400, 'invalid_request', 'items']);
  });
});

describe('Temporal is down', () => {
  let api: Api;
  beforeAll(async () => {
    const temporal = connectTemporal({ TEMPORAL_ADDRESS: '127.0.0.1:1' });
    api = await shop.another({}, { temporal });
  });
  afterAll(() => api.close());

  test('503 within 10 s, the session is expired at Stripe, nothing is held', async () => {
    const { held } = await shop.world.stock('mug');
    await expectUnavailable(api.http.post('/checkout').send(cart) as never);
    const { sessionId } = await lastCheckout();
    await until(async () => (await shop.world.stripe.checkout.sessions.retrieve(sessionId ?? '')).status === 'expired');
    expect((await shop.world.stock('mug')).held).toBe(held);
  });

  test('the other routes still work', async () => {
    const { body } = await shop.checkout(cart);
    expect((await api.http.get(`/orders/${body.sessionId}`)).status).toBe(200);
    expect((await api.http.get('/products')).status).toBe(200);
    expect((await api.http.get('/readyz')).body).toEqual({
      checks: { database: 'ok', temporal: 'down', search_attributes: 'down' },
    });
    await expectUnavailable(api.http.post(`/orders/${body.sessionId}/abandon`) as never);
  });
});

describe('no worker runs', () => {
  test('503 within 10 s; once one runs again nothing is held, and the order is cancelled', async () => {
    const { held } = await shop.world.stock('mug');
    await shop.world.stopWorkers();
    await expectUnavailable(shop.checkout(cart) as never);
    const { sessionId, number } = await lastCheckout();
    const id = sessionId as never;
    const lines = shop.api.log.slice(-20);
    expect(lines).toContainEqual(expect.objectContaining({ msg: 'checkout failed', session: sessionId, number }));
    const reason = { message: expect.stringMatching(/^no worker answered within \d+ ms$/) };
    expect(lines).toContainEqual(
      expect.objectContaining({
        code: 'unavailable',
        err: expect.objectContaining(reason),
        request: expect.any(String),
      }),
    );
    await until(async () => (await shop.world.stripe.checkout.sessions.retrieve(id)).status === 'expired');
    await shop.world.startWorkers();
    shop.world.know(id);
    expect(await shop.world.end(id)).toBe('CANCELLED');
    expect((await shop.world.stock('mug')).held).toBe(held);
    expect(await shop.world.order(id)).toMatchObject({ status: 'CANCELLED', stock: 'RELEASED' });
  });
});

describe('a shopper who goes away', () => {
  test('before the response: the checkout is opened all the same, and its key returns it', async () => {
    await shop.world.at('/faults', { match: CREATE, kind: 'delay', ms: 400 });
    const gone = new AbortController();
    const headers = { 'content-type': 'application/json', 'idempotency-key': 'gone' };
    const asked = fetch(`${shop.api.url}/checkout`, {
      method: 'POST',
      headers,
      body: JSON.stringify(cart),
      signal: gone.signal,
    });
    await until(
      async () =>
        (await shop.world.db.checkoutKey.count({ where: { checkoutId: { not: null }, busyUntil: { not: null } } })) ===
        1,
    );
    gone.abort();
    await expect(asked).rejects.toThrow();
    const answer = await shop.checkout(cart, { 'idempotency-key': 'gone' });
    expect(answer.status).toBe(201);
    expect(await shop.world.order(answer.body.sessionId)).toMatchObject({ stock: 'HELD' });
  });
});

describe('the limits', () => {
  test('on checkouts per minute are shared by all processes, counted per client, and expire', async () => {
    const env = { CHECKOUT_RATE_LIMIT: 3, TRUST_PROXY: 1 };
    const [one, two] = await Promise.all([shop.another(env), shop.another(env)]);
    const from = (api: Api, address: string) => api.http.post('/checkout').set('x-forwarded-for', address).send(cart);
    const answers = await Promise.all([one, two, one, two, one].map((api) => from(api, '203.0.113.7')));
    expect(answers.map(({ status }) => status).sort()).toEqual([201, 201, 201, 429, 429]);
    const refused = answers.find(({ status }) => status === 429);
    expect(refused?.body.code).toBe('rate_limited');
    expect(Number(refused?.headers['retry-after'])).toBeGreaterThan(0);
    expect((await from(two, '203.0.113.8')).status).toBe(201);
    expect((await from(one, '2001:db8::1')).status).toBe(201);
    await shop.world.db.rateLimit.updateMany({ data: { resetAt: new Date(shop.api.deps.clock.now()) } });
    expect((await from(two, '203.0.113.7')).status).toBe(201);
    await Promise.all([one.close(), two.close()]);
  });

  test('on unpaid checkouts hold when many arrive at once, and allow another once one is abandoned', async () => {
    const env = { CHECKOUT_OPEN_LIMIT: 3, TRUST_PROXY: 1 };
    const api = await shop.another(env);
    const ask = () => api.http.post('/checkout').set('x-forwarded-for', '198.51.100.1').send(cart);
    const answers = await Promise.all(Array.from({ length: 8 }, ask));
    expect(answers.map(({ status }) => status).sort()).toEqual([201, 201, 201, 429, 429, 429, 429, 429]);
    const refused = answers.find(({ status }) => status === 429);
    expect(refused?.body.code).toBe('too_many_open');
    expect(Number(refused?.headers['retry-after'])).toBeGreaterThan(60);

    const opened = answers.find(({ status }) => status === 201)?.body.sessionId;
    await api.http.post(`/orders/${opened}/abandon`).expect(202);
    shop.world.know(opened);
    await shop.world.end(opened);
    expect((await ask()).status).toBe(201);
    await api.close();
  });
});
