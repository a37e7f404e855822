import { type BareApi, bareApi } from './bare';

let bare: BareApi;
beforeAll(async () => {
  bare = await bareApi();
});
afterAll(() => bare?.close());

const get = (path: string, headers: Record<string, string> = {}) => bare.api.http.get(path).set(headers);

test('the list has every active product that is no draft, with its current prices and available stock', async () => {
  const { db } = bare;
  const made = (minute: number) => ({ createdAt: new Date(Date.UTC(2026, 0, 1, 0, minute)), updatedAt: new Date(0) });
  const price = (currency: string, amount: number, rest: object = {}) => ({
    ...{ currency, amount, stripePriceId: `price_${amount}`, createdAt: new Date(0) },
    ...rest,
  });
  await db.product.create({
    data: {
      sku: 'mug',
      name: 'Mug',
      description: 'Holds tea',
      kind: 'PHYSICAL',
      imageUrl: '/mug.png',
      ...made(1),
      stock: { create: {} },
      prices: {
        create: [
          price('eur', 1300, { position: 1 }),
          price('usd', 1500),
          price('usd', 1400, { current: false }),
          price('gbp', 1, { stripePriceId: null }),
        ],
      },
    },
  });
  await db.stockMovement.create({
    data: {
      sku: 'mug',
      at: new Date(0),
      kind: 'ADJUST',
      onHandDelta: 7,
      heldDelta: 2,
      reference: 'delivery',
      actor: 'staff',
    },
  });
  await db.product.create({
    data: {
      sku: 'song',
      name: 'Song',
      kind: 'DIGITAL',
      ...made(2),
      prices: { create: [price('eur', 500, { minimum: 100 })] },
    },
  });
  await db.product.create({ data: { sku: 'old', name: 'Old', kind: 'DIGITAL', active: false, ...made(0) } });
  const draft = { create: [price('eur', 100, { stripePriceId: null }), price('eur', 90, { current: false })] };
  await db.product.create({ data: { sku: 'new', name: 'New', kind: 'PHYSICAL', ...made(3), prices: draft } });

  const { status, body } = await get('/products');
  expect(status).toBe(200);
  expect(body).toEqual({
    data: [
      {
        sku: 'mug',
        name: 'Mug',
        description: 'Holds tea',
        kind: 'PHYSICAL',
        imageUrl: '/mug.png',
        prices: [
          { amount: 1500, currency: 'usd' },
          { amount: 1300, currency: 'eur' },
        ],
        payWhatYouWant: null,
        available: 5,
      },
      {
        sku: 'song',
        name: 'Song',
        description: '',
        kind: 'DIGITAL',
        imageUrl: null,
        prices: [],
        payWhatYouWant: { minimum: { amount: 100, currency: 'eur' }, suggested: { amount: 500, currency: 'eur' } },
        available: null,
      },
    ],
  });
});

test('one product is what the list has of it, and 404 when it is not for sale', async () => {
  const { body: list } = await get('/products');
  for (const product of list.data) expect((await get(`/products/${product.sku}`)).body).toEqual(product);
  for (const sku of ['old', 'new', 'no-such', 'MUG', 'a%20b', 'x'.repeat(41), '%00', 'mug%2F']) {
    const { status, body, headers } = await get(`/products/${sku}`);
    expect([sku, status, body.code, headers['cache-control']]).toEqual([sku, 404, 'unknown_sku', 'no-store']);
    expect(headers).not.toHaveProperty('etag');
  }
});

test.each(['/products', '/products/mug'])(
  '%s may be kept for a moment, and is asked for again by its ETag',
  async (path) => {
    const first = await get(path);
    expect(first.headers['cache-control']).toBe('public, max-age=3, stale-while-revalidate=2');
    const etag = first.headers.etag as string;
    expect(etag).toMatch(/^"[\w-]+"$/);
    for (const known of [etag, `W/${etag}`, `"other", ${etag}`, '*']) {
      const again = await get(path, { 'if-none-match': known });
      expect([known, again.status, again.text, again.headers.etag]).toEqual([known, 304, '', etag]);
      expect(again.headers['cache-control']).toBe(first.headers['cache-control']);
    }
    expect((await get(path, { 'if-none-match': '"other"' })).body).toEqual(first.body);
    const head = await bare.api.http.head(path);
    expect([head.status, head.headers.etag]).toEqual([200, etag]);

    await bare.db.stockMovement.create({
      data: { ...MOVED, at: new Date(0), onHandDelta: 1, reference: path },
    });
    const changed = await get(path, { 'if-none-match': etag });
    expect(changed.status).toBe(200);
    expect(changed.headers.etag).not.toBe(etag);
  },
);

const MOVED = { sku: 'mug', kind: 'ADJUST', heldDelta: 0, actor: 'staff' } as const;
