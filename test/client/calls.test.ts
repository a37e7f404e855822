import { createHoldfast, type Failure, PROBLEMS, type Result } from '@holdfast/client';
import document from '../../packages/client/openapi.json';
import { fakeApi, json, orderIn, problem, stopTheClock } from './fake-api';

stopTheClock();

const NO_PRODUCTS = { data: [], nextCursor: null };
const CART = { items: [{ sku: 'mug', quantity: 2 }] };
const CHECKOUT = {
  sessionId: 'cs_test_1',
  url: 'http://pay.test',
  status: 'PENDING',
  expiresAt: '2026-11-23T12:31:00Z',
};
const failureIn = (result: Result<unknown>): Failure => {
  if (result.ok) throw new Error('it did not fail');
  return result.failure;
};

test('the cart behind a recovery link is asked for by its token', async () => {
  const cart = { currency: 'eur', items: [], total: null, until: '2026-12-23T12:00:00Z', bought: false };
  const { shop, requests } = fakeApi(json(cart), problem('link_expired', 410));
  expect(await shop.recoveryCart('cs_test_1.sign')).toEqual({ ok: true, value: cart });
  expect(requests[0]).toMatchObject({ method: 'GET', path: '/recover/cs_test_1.sign/cart' });
  expect(failureIn(await shop.recoveryCart('cs_test_1.sign')).code).toBe('link_expired');
});

test('products are asked for all at once, by their group, or page by page', async () => {
  const { shop, requests } = fakeApi(json(NO_PRODUCTS), json(NO_PRODUCTS));
  await shop.products();
  await shop.products({ group: 'mugs', limit: 24, cursor: 'bXVn' });
  expect(requests.map(({ path }) => path)).toEqual(['/products', '/products?group=mugs&limit=24&cursor=bXVn']);
});

test('what comes on top of a cart is asked for at the shop', async () => {
  const added = { addedAtCheckout: { shipping: true, tax: false } };
  const { shop, requests } = fakeApi(json(added));
  expect(await shop.shop()).toEqual({ ok: true, value: added });
  expect(requests[0]?.path).toBe('/shop');
});

test('an address is noted for a product that is sold out', async () => {
  const { shop, requests } = fakeApi(json({ accepted: true }, 202), problem('unknown_sku', 404));
  expect(await shop.notify('mug', 'ada@example.com')).toEqual({ ok: true, value: { accepted: true } });
  expect(requests[0]).toMatchObject({ method: 'POST', path: '/products/mug/notify' });
  expect(requests[0]?.body).toBe('{"email":"ada@example.com"}');
  expect(failureIn(await shop.notify('cup', 'ada@example.com')).code).toBe('unknown_sku');
});

describe('a call that fails in passing', () => {
  test('is sent again after Retry-After, with the same key and body', async () => {
    const { shop, requests } = fakeApi(problem('unavailable', 503, { retryAfter: 2 }), json(CHECKOUT, 201));
    const call = shop.checkout(CART);
    await jest.advanceTimersByTimeAsync(1_999);
    expect(requests).toHaveLength(1);
    await jest.advanceTimersByTimeAsync(1);
    expect(await call).toEqual({ ok: true, value: CHECKOUT });
    const [first, second] = requests.map(({ headers, body }) => [headers.get('idempotency-key'), body]);
    expect(second).toEqual(first);
    expect(first).toEqual([expect.stringMatching(/^[0-9a-f]{32}$/), JSON.stringify(CART)]);
  });

  test('waits until a date, when Retry-After is one', async () => {
    const retryAfter = new Date(Date.now() + 5_000).toUTCString();
    const { shop, requests } = fakeApi(problem('rate_limited', 429, { retryAfter }), json(NO_PRODUCTS));
    const call = shop.products();
    await jest.advanceTimersByTimeAsync(3_900);
    expect(requests).toHaveLength(1);
    await jest.advanceTimersByTimeAsync(1_100);
    expect(await call).toEqual({ ok: true, value: NO_PRODUCTS });
  });

  test('is told at once when the shop asks for more patience than the caller has', async () => {
    const { shop, requests } = fakeApi(problem('rate_limited', 429, { retryAfter: 60 }));
    expect(failureIn(await shop.products())).toMatchObject({ code: 'rate_limited', status: 429, retryAfter: 60 });
    expect(requests).toHaveLength(1);
  });

  test('is tried for twelve seconds, ever more slowly, when nothing is said', async () => {
    const { shop, requests } = fakeApi('lost', new Response('<h1>Bad gateway</h1>', { status: 502 }), 'lost', 'lost');
    const call = shop.products();
    for (const [ms, tries] of [
      [1_000, 2],
      [2_000, 3],
      [4_000, 4],
    ] as const) {
      await jest.advanceTimersByTimeAsync(ms - 1);
      expect(requests).toHaveLength(tries - 1);
      await jest.advanceTimersByTimeAsync(1);
      expect(requests).toHaveLength(tries);
    }
    expect(failureIn(await call)).toMatchObject({ code: 'offline', status: 0, detail: 'TypeError: fetch failed' });
  });

  test('is tried once by a caller without patience', async () => {
    const { fetch, requests } = fakeApi('lost');
    const shop = createHoldfast({ url: 'http://api.shop.test', fetch, retryForMs: 0 });
    expect(failureIn(await shop.products()).code).toBe('offline');
    expect(requests).toHaveLength(1);
  });

  test('counts as lost after fifteen seconds', async () => {
    const { shop } = fakeApi('never');
    const call = shop.products();
    await jest.advanceTimersByTimeAsync(15_000);
    expect(failureIn(await call)).toMatchObject({ code: 'offline', detail: 'no answer within 15000 ms' });
  });

  test.each(['never', problem('unavailable', 503, { retryAfter: 9 })] as const)(
    'ends when its caller wants it to',
    async (answer) => {
      const { shop, requests } = fakeApi(answer);
      const stop = new AbortController();
      const call = shop.products({ signal: stop.signal });
      await jest.advanceTimersByTimeAsync(1_000);
      stop.abort();
      expect(failureIn(await call).code).toBe('aborted');
      expect(requests).toHaveLength(1);
    },
  );
});

describe('a problem', () => {
  test('of every code that the document has is told apart, and of no other', () => {
    expect(Object.keys(PROBLEMS).sort()).toEqual([...document.components.schemas.Problem.properties.code.enum].sort());
  });

  test('says what it says besides, and is not sent again', async () => {
    const items = [{ sku: 'mug', requested: 2, available: 1 }];
    const { shop, requests } = fakeApi(problem('out_of_stock', 409, { items }));
    expect(failureIn(await shop.checkout(CART))).toEqual({
      ...{ code: 'out_of_stock', status: 409, detail: 'about out_of_stock', retryAfter: null, requestId: 'r-1', items },
    });
    expect(requests).toHaveLength(1);
  });

  test.each([
    ['invalid_request', 400, 'errors'],
    ['not_for_sale', 409, 'items'],
    ['unknown_sku', 404, 'skus'],
  ])('%s always has its list', async (code, status, list) => {
    const { shop } = fakeApi(problem(code, status));
    expect(failureIn(await shop.product('mug'))).toMatchObject({ code, [list]: [] });
  });

  test('that is newer than the client keeps its code beside', async () => {
    const { shop } = fakeApi(problem('too_beautiful', 409));
    expect(failureIn(await shop.products())).toMatchObject({
      code: 'unexpected',
      problem: 'too_beautiful',
      status: 409,
    });
  });
});

describe('the server of a storefront', () => {
  const onServer = (fetch: (request: Request) => Promise<Response>) =>
    createHoldfast({ url: 'http://api.shop.test', fetch, storefrontKey: 'storefront-key' });

  test('sends its key, and the shopper for whom it asks', async () => {
    const { fetch, requests } = fakeApi(json(NO_PRODUCTS), json(CHECKOUT, 201));
    const shop = onServer(fetch);
    await shop.products();
    await shop.forShopper('203.0.113.7').checkout(CART, { idempotencyKey: 'cart-1' });
    const sent = requests.map(({ headers }) =>
      ['authorization', 'holdfast-shopper', 'idempotency-key'].map((name) => headers.get(name)),
    );
    expect(sent).toEqual([
      ['Bearer storefront-key', null, null],
      ['Bearer storefront-key', '203.0.113.7', 'cart-1'],
    ]);
  });

  test('reads the orders of a customer page by page, and finds that of a guest', async () => {
    const page = { data: [orderIn('SHIPPED')], nextCursor: null };
    const { fetch, requests } = fakeApi(json(page), json(orderIn('SHIPPED')));
    const shop = onServer(fetch);
    expect(await shop.customerOrders({ userId: 'user 7', cursor: 'c1' })).toEqual({ ok: true, value: page });
    await shop.findOrder({ number: '1001', email: 'ada@example.com' });
    expect(requests.map(({ method, path, body }) => [method, path, body])).toEqual([
      ['GET', '/storefront/orders?userId=user%207&cursor=c1', ''],
      ['POST', '/storefront/orders/lookup', '{"number":"1001","email":"ada@example.com"}'],
    ]);
  });

  test('is no browser: there a key is refused', () => {
    Object.defineProperty(globalThis, 'document', { value: {}, configurable: true });
    try {
      expect(() => onServer(fetch)).toThrow(/keep it on your server/);
    } finally {
      Reflect.deleteProperty(globalThis, 'document');
    }
  });
});

test('an address that is no URL is a mistake of the storefront, told at once', () => {
  expect(() => createHoldfast({ url: 'api.shop.test/' })).toThrow(/URL/);
});
