import { Client } from 'pg';
import { SharedQueries } from '../../api/http/shared-queries';
import { ShownProducts } from '../../api/storefront/shown-products';
import { Prisma } from '../../prisma/generated/client';
import { ADMIN_TOKEN, type BareApi, bareApi } from './bare';
import { Api, until } from './shop';

let bare: BareApi;
beforeAll(async () => {
  bare = await bareApi();
});
afterAll(() => bare?.close());

const get = (path: string, headers: Record<string, string> = {}) => bare.api.http.get(path).set(headers);

test('the shop says what its settings add to a cart: nothing, until staff have said otherwise', async () => {
  const added = async () => (await get('/shop')).body.addedAtCheckout;
  const OFF = {
    shipTo: [],
    shippingRates: [],
    promotionCodes: false,
    automaticTax: false,
    invoices: false,
    phone: false,
  };
  const save = (settings: object) =>
    bare.api.http
      .put('/admin/shop')
      .set({ authorization: `Bearer ${ADMIN_TOKEN}` })
      .send({ ...OFF, ...settings })
      .expect(200);
  const rate = (name: string, amount: number) => ({
    ...{ name, countries: ['DE'], prices: [{ amount, currency: 'eur' }] },
  });
  expect(await added()).toEqual({ shipping: false, tax: false });
  await save({ shippingRates: [rate('Letter', 0)] });
  expect(await added()).toEqual({ shipping: false, tax: false });
  await save({ shippingRates: [rate('Letter', 0), rate('Parcel', 490)], automaticTax: true });
  expect(await added()).toEqual({ shipping: true, tax: true });
});

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
        images: [{ url: '/mug.png', alt: null, width: null, height: null, sizes: [] }],
        prices: [
          { amount: 1500, currency: 'usd' },
          { amount: 1300, currency: 'eur' },
        ],
        payWhatYouWant: null,
        group: null,
        bundle: null,
        available: 5,
      },
      {
        sku: 'song',
        name: 'Song',
        description: '',
        kind: 'DIGITAL',
        imageUrl: null,
        images: [],
        prices: [],
        payWhatYouWant: { minimum: { amount: 100, currency: 'eur' }, suggested: { amount: 500, currency: 'eur' } },
        group: null,
        bundle: null,
        available: null,
      },
    ],
    nextCursor: null,
  });
});

test('a bundle tells what is in it, and is available as often as the scarcest of that', async () => {
  const { db } = bare;
  const at = { createdAt: new Date(Date.UTC(2026, 0, 1, 0, 4)), updatedAt: new Date(0) };
  const price = { currency: 'eur', amount: 2000, stripePriceId: 'price_box', createdAt: new Date(0) };
  // Drafts and products that are not for sale may be in it, too.
  const [mug, old] = [
    { sku: 'mug', quantity: 2, position: 0 },
    { sku: 'old', quantity: 1, position: 1 },
  ];
  await db.product.create({
    data: {
      sku: 'box',
      name: 'Box',
      kind: 'PHYSICAL',
      ...at,
      prices: { create: price },
      contents: { create: [mug, old] },
    },
  });
  const { body } = await get('/products/box');
  expect(body).toMatchObject({
    available: 2,
    bundle: [
      { sku: 'mug', name: 'Mug', quantity: 2 },
      { sku: 'old', name: 'Old', quantity: 1 },
    ],
  });
  await db.bundleItem.delete({ where: { bundle_sku: { bundle: 'box', sku: 'mug' } } });
  expect((await get('/products/box')).body.available).toBeNull();
  await db.bundleItem.create({ data: { bundle: 'box', ...mug } });
});

test('pages have all of the list in its order, and a page that is full says where the next begins', async () => {
  const { body: list } = await get('/products');
  for (const limit of [1, 2, 200]) {
    const pages: unknown[] = [];
    for (let path = `/products?limit=${limit}`; path; ) {
      const { body, headers } = await get(path);
      expect(headers.etag).toMatch(/^"/);
      pages.push(body.data);
      path = body.nextCursor && `/products?limit=${limit}&cursor=${body.nextCursor}`;
    }
    expect(pages.flat()).toEqual(list.data);
    expect(pages).toHaveLength(Math.ceil(list.data.length / limit));
  }
  const [first] = list.data;
  const cursor = Buffer.from(first.sku).toString('base64url');
  expect((await get(`/products?cursor=${cursor}`)).body.data).toEqual(list.data.slice(1));
  for (const query of ['limit=0', 'limit=201', 'limit=x', 'limit=1&limit=2', 'cursor=%21%21'])
    expect([query, (await get(`/products?${query}`)).status]).toEqual([query, 400]);
  expect((await get('/products?utm_source=mail')).body).toEqual(list);
});

test('the products of a group are asked for together, each with its options', async () => {
  const { db } = bare;
  const inGroup = (size: string) => ({ groupId: 'mugs', groupName: 'Mugs', options: { size } });
  await db.product.update({ where: { sku: 'mug' }, data: inGroup('M') });
  await db.product.update({ where: { sku: 'song' }, data: inGroup('L') });
  const { body } = await get('/products?group=mugs');
  expect(body.data.map(({ sku, group }: { sku: string; group: unknown }) => [sku, group])).toEqual([
    ['mug', { id: 'mugs', name: 'Mugs', options: { size: 'M' } }],
    ['song', { id: 'mugs', name: 'Mugs', options: { size: 'L' } }],
  ]);
  expect((await get('/products?group=mugs&limit=1')).body).toMatchObject({
    data: [{ sku: 'mug' }],
    nextCursor: expect.any(String),
  });
  expect((await get('/products?group=none')).body).toEqual({ data: [], nextCursor: null });
  await db.product.updateMany({ data: UNGROUPED });
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
    // As Node's `fetch` asks.
    expect((await get(path, { 'if-none-match': etag, 'cache-control': 'no-cache' })).status).toBe(304);
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

const UNGROUPED = { groupId: null, groupName: null, options: Prisma.DbNull };
const MOVED = { sku: 'mug', kind: 'ADJUST', heldDelta: 0, actor: 'staff' } as const;

describe('while more shoppers want to check out than can be served', () => {
  const door = { rush: true };
  let now = 0;
  let api: Api;
  let statements: jest.SpyInstance;

  beforeAll(async () => {
    const { db, env, clock } = bare;
    const { temporal } = bare.api.deps;
    api = await Api.listen({ db, env, clock, temporal, shown: new ShownProducts(db, door, () => now) });
  });
  beforeEach(() => {
    door.rush = true;
    now += 60_000;
    statements = jest.spyOn(Client.prototype, 'query');
  });
  afterEach(() => statements.mockRestore());
  afterAll(() => api?.close());

  const asked = () => statements.mock.calls.filter(([query]) => /FROM products/.test(query.text ?? query)).length;
  const look = async (path = '/products/mug', headers = {}) => (await api.http.get(path).set(headers)) as Looked;
  const available = async () => (await look()).body.available;
  const staff = { authorization: `Bearer ${ADMIN_TOKEN}` };
  const moveStock = (reference: string) =>
    bare.db.stockMovement.create({ data: { ...MOVED, at: new Date(0), onHandDelta: 1, reference } });

  test('those who only look cost no statement: one copy answers them all for a second', async () => {
    const looks = () =>
      Promise.all(['/products', '/products/mug', '/products/song', '/products/none'].map((path) => look(path)));
    const answers = [...(await looks()), ...(await looks()), ...(await looks())];
    expect(answers.map(({ status }) => status)).toEqual([...Array(3)].flatMap(() => [200, 200, 200, 404]));
    expect(asked()).toBe(1);

    const [all, mug] = answers as [Looked, Looked];
    expect(all.body.data[0]).toEqual(mug.body);
    const elsewhere = await get('/products');
    expect(elsewhere.headers.etag).toBe(all.headers.etag); // a process without a line has the same tag
    expect((await look('/products', { 'if-none-match': elsewhere.headers.etag })).status).toBe(304);

    await moveStock('elsewhere');
    now += 999;
    expect(await available()).toBe(mug.body.available);
    now += 1;
    expect(await available()).toBe(mug.body.available + 1);
  });

  test('pages and groups are the same from the copy', async () => {
    await bare.db.product.update({
      where: { sku: 'song' },
      data: { groupId: 'g', groupName: 'G', options: { a: 'b' } },
    });
    const { nextCursor } = (await get('/products?limit=1')).body;
    for (const query of ['limit=1', `limit=1&cursor=${nextCursor}`, `cursor=${nextCursor}`, 'group=g', 'group=none'])
      expect((await look(`/products?${query}`)).body).toEqual((await get(`/products?${query}`)).body);
    await bare.db.product.update({ where: { sku: 'song' }, data: UNGROUPED });
  });

  test('a page after a product that was taken off sale goes on where that stood', async () => {
    const { nextCursor } = (await look('/products?limit=1')).body;
    await bare.db.product.update({ where: { sku: 'mug' }, data: { active: false } });
    now += 1_000;
    const { data } = (await look(`/products?cursor=${nextCursor}`)).body as { data: { sku: string }[] };
    expect(data.map((one) => one.sku)).toEqual(['song', 'box']);
    await bare.db.product.update({ where: { sku: 'mug' }, data: { active: true } });
  });

  test('what this process changes is seen at once', async () => {
    const before = await available();
    const change = { delta: 2, reason: 'delivery' };
    await api.http.post('/admin/products/mug/stock').set(staff).send(change).expect(200);
    expect(await available()).toBe(before + 2);
    const { body: song } = await api.http.get('/admin/products/song').set(staff);
    const { name, kind, prices, payWhatYouWant } = song;
    const renamed = { name: `${name}!`, kind, prices, payWhatYouWant: { ...payWhatYouWant, stripePriceId: null } };
    await api.http.put('/admin/products/song').set(staff).send(renamed).expect(200);
    expect((await look('/products')).body.data).toContainEqual(expect.objectContaining({ name: 'Song!' }));
  });

  test('once no line stands any more, every look is as the database is then', async () => {
    const before = await available();
    await moveStock('after the rush');
    door.rush = false;
    expect(await available()).toBe(before + 1);
    await moveStock('and again');
    expect(await available()).toBe(before + 2);
    door.rush = true; // the copy of the rush before is gone
    expect(await available()).toBe(before + 2);
  });

  test('a copy that could not be read is not kept', async () => {
    await bare.db.$executeRaw`ALTER TABLE stock_levels RENAME TO stock_levels_away`;
    expect((await look()).status).toBeGreaterThanOrEqual(500);
    await bare.db.$executeRaw`ALTER TABLE stock_levels_away RENAME TO stock_levels`;
    expect((await look()).status).toBe(200);
  });
});

interface Looked {
  status: number;
  // biome-ignore lint/suspicious/noExplicitAny: any JSON
  body: any;
  headers: Record<string, string>;
}

test('who asks while a query runs shares the next one, so that no answer is older than its question', async () => {
  const queries = new SharedQueries<number>();
  const running: { resolve: (n: number) => void; reject: (why: Error) => void }[] = [];
  const query = () => new Promise<number>((resolve, reject) => running.push({ resolve, reject }));
  const ask = () => queries.ask('mug', query);

  const first = ask();
  await Promise.resolve();
  const meanwhile = [ask(), ask(), ask()];
  const other = queries.ask('song', async () => 7);
  expect([await other, running.length]).toEqual([7, 1]);
  running[0]?.resolve(1);
  expect(await first).toBe(1);
  await until(async () => running.length === 2);
  const later = ask();
  running[1]?.reject(new Error('lost'));
  expect(await Promise.allSettled(meanwhile)).toEqual(Array(3).fill(expect.objectContaining({ status: 'rejected' })));
  await until(async () => running.length === 3);
  running[2]?.resolve(3);
  expect(await later).toBe(3);
  const afterwards = ask();
  await until(async () => running.length === 4);
  running[3]?.resolve(4);
  expect(await afterwards).toBe(4);
});

describe('tell me when it is back', () => {
  const ask = (body: object, sku = 'mug', api = bare.api) => api.http.post(`/products/${sku}/notify`).send(body);
  const waiting = () => bare.db.stockRequest.findMany({ orderBy: [{ requestedAt: 'asc' }, { email: 'asc' }] });
  const sell = (yes: boolean) =>
    bare.db.product.update({ where: { sku: 'mug' }, data: { refusedAt: yes ? null : new Date(0) } });
  beforeEach(async () => {
    await sell(false);
    await bare.db.stockRequest.deleteMany();
    await bare.db.rateLimit.deleteMany();
  });
  afterAll(() => sell(true));

  test('keeps nobody who can buy it now: nothing is mailed to an address that a stranger gave', async () => {
    await sell(true);
    const { status, body } = await ask({ email: 'ada@example.com' });
    expect([status, body, await waiting()]).toEqual([202, { accepted: true }, []]);
    expect((await ask({ email: 'ada@example.com' }, 'song')).status).toBe(202);
    expect(await waiting()).toEqual([]);
  });

  test('is accepted with one answer, and kept once for each address', async () => {
    const answers = [
      await ask({ email: 'ada@example.com' }),
      await ask({ email: ' Ada@Example.COM ' }),
      await ask({ email: 'nobody@example.net' }),
    ];
    for (const { status, body } of answers) expect([status, body]).toEqual([202, { accepted: true }]);
    expect(await waiting()).toMatchObject([
      { sku: 'mug', email: 'ada@example.com' },
      { sku: 'mug', email: 'nobody@example.net' },
    ]);
    expect(JSON.stringify(bare.api.log)).not.toMatch(/ada@|nobody@/i);
  });

  test('is kept with the language to write in: the one that is named, else the browser’s', async () => {
    await ask({ email: 'a@example.com', locale: 'de-AT' }).set('accept-language', 'en');
    await ask({ email: 'b@example.com' }).set('accept-language', 'fr, de;q=0.8');
    await ask({ email: 'c@example.com', locale: 'fr' });
    const languages = (await waiting()).map(({ email, language }) => [email[0], language]).sort();
    expect(languages).toEqual([
      ['a', 'de'],
      ['b', 'de'],
      ['c', 'en'],
    ]);
  });

  test.each([
    ['no address', {}, 400],
    ['what is none', { email: 'ada' }, 400],
    ['two', { email: 'a@b.c,d@e.f' }, 400],
    ['an unknown field', { email: 'a@b.c', name: 'Ada' }, 400],
  ])('refuses %s', async (_what, body, status) => {
    expect((await ask(body)).status).toBe(status);
    expect(await waiting()).toEqual([]);
  });

  test.each(['nothing', 'old', 'new', '%2F'])('knows no product %s that is not for sale', async (sku) => {
    const answer = await ask({ email: 'ada@example.com' }, sku);
    expect([answer.status, answer.body.code]).toEqual([404, 'unknown_sku']);
  });

  test('is asked by one client ten times a minute at most, and keeps ten products a day of one address', async () => {
    const api = await Api.listen({ ...bare.api.deps, env: { ...bare.env, TRUST_PROXY: 1 } });
    const from = (client: string, email: string) => ask({ email }, 'mug', api).set('x-forwarded-for', client);
    for (let n = 0; n < 10; n += 1) expect((await from('203.0.113.7', `a${n}@example.com`)).status).toBe(202);
    expect((await from('203.0.113.7', 'a@example.com')).status).toBe(429);
    const flood = async (client: number) => {
      await bare.db.stockRequest.deleteMany();
      return (await from(`198.51.100.${client}`, 'eve@example.com')).body;
    };
    for (let n = 0; n < 10; n += 1) await flood(n);
    expect(await waiting()).toHaveLength(1);
    expect(await flood(11)).toEqual({ accepted: true }); // the answer says nothing
    expect(await waiting()).toEqual([]);
    await api.close();
  });
});
