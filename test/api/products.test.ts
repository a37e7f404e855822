import { type BareApi, bareApi } from './bare';

let bare: BareApi;
beforeAll(async () => {
  bare = await bareApi();
});
afterAll(() => bare?.close());

test('the list has every active product with its current prices and available stock', async () => {
  const { db } = bare;
  const made = (minute: number) => ({ createdAt: new Date(Date.UTC(2026, 0, 1, 0, minute)), updatedAt: new Date(0) });
  const price = (currency: string, amount: number, rest: object = {}) => ({
    currency,
    amount,
    createdAt: new Date(0),
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
        create: [price('eur', 1300, { position: 1 }), price('usd', 1500), price('usd', 1400, { current: false })],
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
  await db.product.create({ data: { sku: 'new', name: 'New', kind: 'PHYSICAL', ...made(3) } });

  const { status, body } = await bare.api.http.get('/products');
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
      {
        sku: 'new',
        name: 'New',
        description: '',
        kind: 'PHYSICAL',
        imageUrl: null,
        prices: [],
        payWhatYouWant: null,
        available: 0,
      },
    ],
  });
});
