import fc from 'fast-check';
import { z } from 'zod';
import { apiRoutes } from '../../api/app';
import { Shop } from './shop';

let shop: Shop;
beforeAll(async () => {
  shop = await Shop.open();
  await shop.world.product('mug', { stock: 1_000_000 });
  await shop.world.product('ebook');
});
afterAll(() => shop?.close());

interface Answer {
  status: number;
  type: string;
  body: Record<string, unknown>;
}

/** Whatever is asked, the answer is the one that is documented, or a problem of the asker's. */
function isDocumented(method: string, path: string, answer: Answer): void {
  const route = apiRoutes(shop.api.deps).find((one) => one.method === method && one.path === path);
  const documented = route?.answers[answer.status];
  if (documented) {
    documented.schema?.parse(answer.body);
    return;
  }
  expect(answer.status).toBeGreaterThanOrEqual(400);
  expect(answer.status).toBeLessThan(500);
  if (route?.page) {
    expect(answer.type).toBe('text/html');
    return;
  }
  expect(answer.type).toBe('application/problem+json');
  z.object({
    type: z.string(),
    title: z.string(),
    status: z.literal(answer.status),
    detail: z.string(),
    code: z.string(),
  }).parse(answer.body);
}

const oneOf = (...values: unknown[]) => fc.constantFrom(...values);
const anything = fc.jsonValue({ maxDepth: 2 });
const quantity = fc.oneof(
  { weight: 4, arbitrary: fc.integer({ min: 1, max: 99 }) },
  fc.integer(),
  fc.double(),
  anything,
);
const sku = fc.oneof(
  { weight: 6, arbitrary: oneOf('mug', 'ebook') },
  fc.string({ unit: 'binary', maxLength: 60 }),
  anything,
);
const item = fc.oneof({ weight: 6, arbitrary: fc.record({ sku, quantity }) }, anything);
const cart = fc.record(
  {
    items: fc.oneof({ weight: 6, arbitrary: fc.array(item, { minLength: 1, maxLength: 4 }) }, anything),
    currency: fc.oneof(oneOf('eur', 'usd', 'EUR', ''), anything),
    email: fc.oneof(
      oneOf('ada@example.com', 'ada', '"a b"@example.com', `${'a'.repeat(300)}@example.com`),
      fc.emailAddress(),
      anything,
    ),
    userId: fc.oneof(fc.string({ unit: 'binary', maxLength: 210 }), anything),
    locale: fc.oneof(oneOf('de', 'pt-BR', 'tlh', 'en_GB', '-'), anything),
    country: fc.oneof(oneOf('DE', 'XK', 'de', 'ZZ', ''), anything),
    price: anything,
  },
  { requiredKeys: ['items'] },
);
const goodCart = fc.record(
  {
    items: fc.array(
      fc.record({ sku: oneOf('mug', 'ebook', 'mug', 'ebook', 'nothing'), quantity: fc.integer({ min: 1, max: 30 }) }),
      { minLength: 1, maxLength: 3 },
    ),
    currency: oneOf('eur', 'usd'),
    email: fc.emailAddress(),
    userId: fc.string({ minLength: 1, maxLength: 200 }),
    locale: oneOf('de', 'pt-BR', 'tlh'),
    country: oneOf('DE', 'CU'),
  },
  { requiredKeys: ['items'] },
);
const bodyText = fc.oneof(
  { weight: 4, arbitrary: goodCart.map((value) => JSON.stringify(value)) },
  { weight: 8, arbitrary: cart.map((value) => JSON.stringify(value)) },
  anything.map((value) => JSON.stringify(value)),
  fc.string({ unit: 'binary' }),
);

test('POST /checkout survives any body', async () => {
  const answered = new Set<number>();
  const contentType = fc.oneof(
    { weight: 9, arbitrary: fc.constant('application/json') },
    oneOf('text/plain', 'application/json; charset=utf-16', 'application/xml'),
  );
  const key = fc.option(
    fc.string({ minLength: 0, maxLength: 300 }).map((text) => text.replaceAll(/[^\x20-\x7e]/g, '')),
    { freq: 3, nil: undefined },
  );
  await fc.assert(
    fc.asyncProperty(bodyText, contentType, key, async (body, type, idempotencyKey) => {
      const request = shop.http.post('/checkout').set('content-type', String(type));
      if (idempotencyKey !== undefined) request.set('idempotency-key', idempotencyKey);
      const answer = await request.send(body);
      isDocumented('post', '/checkout', answer as never);
      answered.add(answer.status);
    }),
    {
      numRuns: 100,
      examples: [[JSON.stringify({ items: [{ sku: 'ebook', quantity: 1 }] }), 'application/json', undefined]],
    },
  );
  // Every run reaches what lies behind the validation, too: the example makes sure of that.
  expect([...answered]).toEqual(expect.arrayContaining([201, 400]));
});

test('products, orders, downloads and recovery links survive any URL', async () => {
  const address = fc.oneof(
    fc.webSegment(),
    fc.string({ unit: 'binary' }).map((text) => encodeURIComponent(text.replaceAll(/\p{Cs}/gu, ''))),
    fc.webSegment().map((text) => `cs_test_${text}`),
  );
  const routes = oneOf(
    ['get', '/orders/{sessionId}'],
    ['get', '/orders/{sessionId}/stream'],
    ['post', '/orders/{sessionId}/abandon'],
    ['get', '/orders/{sessionId}/view'],
    ['get', '/orders/{sessionId}/cancel'],
    ['post', '/orders/{sessionId}/withdraw'],
    ['post', '/orders/{sessionId}/return'],
    ['get', '/downloads/{token}'],
    ['get', '/recover/{token}'],
    ['post', '/recover/{token}'],
    ['get', '/products/{sku}'],
  ) as fc.Arbitrary<['get' | 'post', string]>;
  await fc.assert(
    fc.asyncProperty(routes, address, async ([method, path], text) => {
      fc.pre(text !== '' && text !== '.' && text !== '..');
      isDocumented(method, path, (await shop.http[method](path.replace(/\{\w+\}/, () => text))) as never);
    }),
    { numRuns: 100, examples: [[['post', '/orders/{sessionId}/withdraw'], "$'"]] },
  );
});

test('POST /webhooks/stripe survives any body', async () => {
  await fc.assert(
    fc.asyncProperty(
      bodyText,
      fc.string({ unit: fc.constantFrom(...'t=v1,0af'), maxLength: 40 }),
      async (body, signature) => {
        const answer = await shop.http
          .post('/webhooks/stripe')
          .set('stripe-signature', signature)
          .set('content-type', 'application/json')
          .send(body);
        expect([answer.status, answer.body.code]).toEqual([400, 'invalid_signature']);
      },
    ),
    { numRuns: 60 },
  );
});

test('every response is a documented one', async () => {
  const { body: checkout } = await shop.checkout({ items: [{ sku: 'ebook', quantity: 1 }] });
  const asked: ['get' | 'post', string, string][] = [
    ['get', '/products', '/products'],
    ['get', '/products/{sku}', '/products/ebook'],
    ['get', '/orders/{sessionId}', `/orders/${checkout.sessionId}`],
    ['post', '/orders/{sessionId}/abandon', `/orders/${checkout.sessionId}/abandon`],
    ['get', '/healthz', '/healthz'],
    ['get', '/readyz', '/readyz'],
  ];
  for (const [method, path, address] of asked) {
    const answer = await shop.http[method](address);
    expect(answer.status).toBeLessThan(300);
    isDocumented(method, path, answer as never);
  }
});
