import { keepHouse } from '../../api/housekeeping';
import { refuseProducts } from '../../store/catalogue/not-for-sale';
import { findForSale } from '../../store/catalogue/products';
import { invalidAt, Office, problem } from './admin-office';
import { NOON } from './bare';
import type { PriceAtStripe } from './prices-at-stripe';

let office: Office;
let products = 0;
/** The SKU of the test at hand, and a price id that nobody else has. */
let sku: string;
const id = (name: string) => `price_${sku}_${name}`;

beforeAll(async () => {
  office = await Office.open();
});
beforeEach(() => {
  products += 1;
  sku = `MUG-${products}`;
});
afterAll(() => office?.close());

/** Asks for a product as it was made at Stripe first. */
const put = (body: unknown, at = sku) => {
  const { prices, payWhatYouWant } = body as { prices?: Linked[]; payWhatYouWant?: Linked };
  for (const { stripePriceId, currency, amount } of prices ?? []) {
    if (!stripePriceId) continue;
    const others = (prices ?? []).filter((one) => one.stripePriceId === stripePriceId && one.currency !== currency);
    const options = others.map((one) => [one.currency, { unit_amount: one.amount }]);
    const currency_options = Object.fromEntries(options);
    office.stripe.set(stripePriceId, { currency, unit_amount: amount, currency_options });
  }
  if (payWhatYouWant?.stripePriceId) {
    const { stripePriceId, currency, minimum, suggested } = payWhatYouWant;
    office.stripe.set(stripePriceId, { currency, custom_unit_amount: { minimum, preset: suggested } });
  }
  return save(body, at);
};
const save = (body: unknown, at = sku) =>
  office.ask('put', `/admin/products/${encodeURIComponent(at)}`).send(body as object);
type Linked = { stripePriceId: string; currency: string; amount: number; minimum: number; suggested: number };
const get = (at = sku) => office.ask('get', `/admin/products/${at}`);
const euro = (amount: number, name = String(amount)) => ({ amount, currency: 'eur', stripePriceId: id(name) });
const mug = (more: Record<string, unknown> = {}) => ({ name: 'Mug', kind: 'PHYSICAL', prices: [euro(1800)], ...more });
const rows = () => office.db.price.findMany({ where: { sku }, orderBy: { id: 'asc' } });
const forSale = async () => {
  const { body } = await office.api.http.get('/products');
  return body.data.find((product: { sku: string }) => product.sku === sku);
};

const UNKNOWN = { alt: null, width: null, height: null, sizes: [] };

describe('putting a product', () => {
  test('creates it with everything that was sent', async () => {
    const answer = await put(
      mug({
        description: 'Holds 350 ml.\nSo far.',
        imageUrl: '/images/tulips.svg',
        ...{ weight: 420, taxCode: 'txcd_99999999', taxBehavior: 'inclusive' },
        prices: [euro(1800), { amount: 1999, currency: 'usd', stripePriceId: id('usd') }],
      }),
    );
    expect(answer.status).toBe(201);
    expect(answer.body).toEqual({
      sku,
      name: 'Mug',
      description: 'Holds 350 ml.\nSo far.',
      kind: 'PHYSICAL',
      imageUrl: '/images/tulips.svg',
      images: [{ url: '/images/tulips.svg', ...UNKNOWN }],
      active: true,
      ...{ weight: 420, taxCode: 'txcd_99999999', taxBehavior: 'inclusive' },
      prices: [
        { amount: 1800, currency: 'eur', stripePriceId: id('1800') },
        { amount: 1999, currency: 'usd', stripePriceId: id('usd') },
      ],
      payWhatYouWant: null,
      stillSoldAt: [],
      group: null,
      bundle: null,
      licenceKeys: false,
      file: null,
      createdAt: '2026-11-23T12:00:00.000Z',
      updatedAt: '2026-11-23T12:00:00.000Z',
    });
    expect((await get()).body).toEqual(answer.body);
    expect(await forSale()).toMatchObject({
      prices: [
        { amount: 1800, currency: 'eur' },
        { amount: 1999, currency: 'usd' },
      ],
      available: 0,
    });
  });

  test('again replaces it, and a field that is left out gets its default', async () => {
    await put(mug({ description: 'Old', imageUrl: 'https://cdn.example.com/a.png', weight: 420, active: false }));
    office.now = NOON + 60_000;
    const answer = await put(mug({ name: 'Bigger Mug' }));
    office.now = NOON;
    expect(answer.status).toBe(200);
    expect(answer.body).toMatchObject({
      name: 'Bigger Mug',
      description: '',
      ...{ imageUrl: null, images: [] },
      ...{ weight: null, taxCode: null, taxBehavior: null },
      active: true,
      createdAt: '2026-11-23T12:00:00.000Z',
      updatedAt: '2026-11-23T12:01:00.000Z',
    });
  });

  test('as not for sale hides it from the shop but keeps it in the catalogue', async () => {
    await put(mug({ active: false }));
    expect(await forSale()).toBeUndefined();
    expect((await get()).body.active).toBe(false);
  });

  test('creates an empty stock level for a physical one, and none for a digital one', async () => {
    await put(mug());
    await put(mug());
    expect((await office.ask('get', `/admin/products/${sku}/stock`)).body).toMatchObject({ onHand: 0, movements: [] });
    await put({ ...mug(), kind: 'DIGITAL', prices: [euro(900, 'e')] }, `E-${sku}`);
    expect(await office.db.stockLevel.findUnique({ where: { sku: `E-${sku}` } })).toBeNull();
  });

  test('keeps its stock', async () => {
    await put(mug());
    await office.ask('post', `/admin/products/${sku}/stock`).send({ delta: 7, reason: 'delivery' });
    await put(mug({ name: 'Bigger Mug' }));
    expect((await forSale()).available).toBe(7);
  });

  test('by many at once creates it once', async () => {
    const answers = await Promise.all(Array.from({ length: 6 }, (_, n) => put(mug({ name: `Mug ${n}` }))));
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 200, 200, 200, 200, 201]);
    expect(await rows()).toHaveLength(1);
  });

  test('that does not exist is 404', async () => {
    const answer = await get();
    expect(answer.status).toBe(404);
    expect(answer.body).toEqual(problem(404, 'unknown_sku'));
  });
});

describe('its prices', () => {
  test('that are replaced are no longer offered but stay known', async () => {
    await put(mug());
    const [old] = await rows();
    await put(mug({ prices: [euro(2000)] }));
    expect((await get()).body.prices).toEqual([euro(2000)]);
    expect(await rows()).toEqual([
      { ...old, current: false },
      expect.objectContaining({ stripePriceId: id('2000'), current: true }),
    ]);
  });

  test('with the same id are the same row, now and when they come back', async () => {
    await put(mug());
    const [first] = await rows();
    await put(mug());
    expect(await rows()).toEqual([first]);
    await put(mug({ prices: [euro(2000)] }));
    await put(mug());
    expect((await rows()).map(({ id, current }) => [id, current])).toEqual([
      [first?.id, true],
      [expect.any(Number), false],
    ]);
  });

  test('may be one price at Stripe with an amount in each of several currencies', async () => {
    const prices = [
      { amount: 1800, currency: 'eur', stripePriceId: id('many') },
      { amount: 1999, currency: 'usd', stripePriceId: id('many') },
      { amount: 3000, currency: 'jpy', stripePriceId: id('many') },
    ];
    expect((await put(mug({ prices }))).body.prices).toEqual(prices);
    const [first] = await rows();
    expect((await put(mug({ prices }))).body.prices).toEqual(prices);
    expect(await rows()).toHaveLength(3);
    expect((await rows())[0]).toEqual(first);
    // In none of its currencies does a price at Stripe change, and it is of one product.
    const dearer = await put(mug({ prices: [{ amount: 2000, currency: 'usd', stripePriceId: id('many') }] }));
    expect(dearer.body).toEqual(invalidAt('prices.0.stripePriceId'));
    const other = await put(mug({ prices: [{ amount: 900, currency: 'gbp', stripePriceId: id('many') }] }), `O-${sku}`);
    expect(other.body).toEqual(invalidAt('prices.0.stripePriceId'));
  });

  test('keep the order in which they were sent', async () => {
    const dollars = { amount: 1999, currency: 'usd', stripePriceId: id('usd') };
    await put(mug({ prices: [euro(1800), dollars] }));
    await put(mug({ prices: [dollars, euro(1800)] }));
    expect((await get()).body.prices).toEqual([dollars, euro(1800)]);
    expect((await forSale()).prices.map(({ currency }: { currency: string }) => currency)).toEqual(['usd', 'eur']);
  });

  test('that had no id at Stripe yet get it on the same row', async () => {
    await put(mug());
    await office.db.price.updateMany({ where: { sku }, data: { stripePriceId: null } });
    expect((await get()).body.prices).toEqual([{ ...euro(1800), stripePriceId: null }]);
    await put(mug());
    expect(await rows()).toEqual([expect.objectContaining({ stripePriceId: id('1800'), current: true })]);
  });

  test('never change under their id: another amount is 400, and nothing is changed', async () => {
    await put(mug());
    const answer = await put(
      mug({
        name: 'Other',
        prices: [
          { ...euro(500), currency: 'chf' },
          { ...euro(1800), amount: 1900 },
        ],
      }),
    );
    expect(answer.status).toBe(400);
    expect(answer.body).toEqual(invalidAt('prices.1.stripePriceId'));
    expect((await get()).body).toMatchObject({ name: 'Mug', prices: [euro(1800)] });
    expect(await rows()).toHaveLength(1);
  });

  test('belong to one product: the id of another’s is 400', async () => {
    await put(mug());
    const answer = await put(mug(), `OTHER-${sku}`);
    expect(answer.body).toEqual(invalidAt('prices.0.stripePriceId'));
    expect((await get(`OTHER-${sku}`)).status).toBe(404);
  });

  test('may include pay-what-you-want', async () => {
    const payWhatYouWant = { currency: 'eur', minimum: 100, suggested: 500, stripePriceId: id('pwyw') };
    const answer = await put({ name: 'Knots', kind: 'DIGITAL', prices: [], payWhatYouWant });
    expect(answer.status).toBe(201);
    expect(answer.body).toMatchObject({ prices: [], payWhatYouWant });
    expect((await forSale()).payWhatYouWant).toEqual({
      minimum: { amount: 100, currency: 'eur' },
      suggested: { amount: 500, currency: 'eur' },
    });
    const cheaper = await put({
      name: 'Knots',
      kind: 'DIGITAL',
      prices: [],
      payWhatYouWant: { ...payWhatYouWant, minimum: 50 },
    });
    expect(cheaper.body).toEqual(invalidAt('payWhatYouWant.stripePriceId'));
    const fixed = await put({ name: 'Knots', kind: 'DIGITAL', prices: [euro(500, 'fixed')], payWhatYouWant: null });
    expect(fixed.body).toMatchObject({ prices: [euro(500, 'fixed')], payWhatYouWant: null });
  });
});

describe('a price that is not at Stripe as it is said to be', () => {
  const dollars = { amount: 1999, currency: 'usd', stripePriceId: '' };
  const withDollars = () => mug({ prices: [euro(1800), { ...dollars, stripePriceId: id('usd') }] });
  const right = { currency: 'usd', unit_amount: 1999 };

  test.each<[string, PriceAtStripe | null, RegExp]>([
    ['none', null, /not a price at Stripe/],
    ['another amount', { ...right, unit_amount: 19_99_0 }, /is \$199\.90 at Stripe/],
    ['another currency', { ...right, currency: 'chf' }, /is in chf at Stripe/],
    ['archived', { ...right, active: false }, /archived/],
    ['of an archived product', { ...right, product: { active: false } }, /archived/],
    ['of a subscription', { ...right, type: 'recurring' }, /subscription/],
    ['chosen by the shopper', { currency: 'usd', custom_unit_amount: { minimum: 1 } }, /no fixed amount/],
    ['of packages', { ...right, transform_quantity: { divide_by: 6, round: 'up' } }, /for each unit/],
  ])('%s: 400 which says so, and nothing is saved', async (_what, atStripe, message) => {
    office.stripe.set(id('1800'), { currency: 'eur', unit_amount: 1800 });
    if (atStripe) office.stripe.set(id('usd'), atStripe);
    const answer = await save(withDollars());
    expect(answer.status).toBe(400);
    expect(answer.body).toEqual(invalidAt('prices.1.stripePriceId'));
    expect(answer.body.errors[0].message).toMatch(message);
    expect((await get()).status).toBe(404);
  });

  test.each<[string, Omit<PriceAtStripe, 'currency'>, RegExp]>([
    ['is fixed', { unit_amount: 500 }, /does not let the customer choose/],
    ['has another minimum', { custom_unit_amount: { minimum: 50 } }, /has the minimum €0\.50/],
    ['has no minimum', { custom_unit_amount: { minimum: null, preset: 500 } }, /has no minimum/],
    ['has a maximum', { custom_unit_amount: { minimum: 100, maximum: 900 } }, /has a maximum of €9\.00/],
    ['suggests something else', { custom_unit_amount: { minimum: 100, preset: 700 } }, /suggests €7\.00/],
  ])('pay-what-you-want that %s at Stripe: 400 which says so', async (_what, atStripe, message) => {
    const payWhatYouWant = { currency: 'eur', minimum: 100, suggested: 500, stripePriceId: id('pwyw') };
    office.stripe.set(id('pwyw'), { currency: 'eur', ...atStripe });
    const answer = await save({ name: 'Knots', kind: 'DIGITAL', prices: [], payWhatYouWant });
    expect(answer.body).toEqual(invalidAt('payWhatYouWant.stripePriceId'));
    expect(answer.body.errors[0].message).toMatch(message);
  });

  test('pay-what-you-want without a suggestion at Stripe may be linked', async () => {
    const payWhatYouWant = { currency: 'eur', minimum: 100, suggested: 500, stripePriceId: id('pwyw') };
    office.stripe.set(id('pwyw'), { currency: 'eur', custom_unit_amount: { minimum: 100 } });
    expect((await save({ name: 'Knots', kind: 'DIGITAL', prices: [], payWhatYouWant })).status).toBe(201);
  });

  test('one with several currencies may be linked by any of them', async () => {
    const currency_options = { usd: { unit_amount: 1999 } };
    office.stripe.set(id('usd'), { currency: 'eur', unit_amount: 1800, currency_options });
    expect((await save(mug({ prices: [{ ...dollars, stripePriceId: id('usd') }] }))).status).toBe(201);
  });

  test('an archived one may still be named by a product that is taken out of the shop', async () => {
    office.stripe.set(id('1800'), { currency: 'eur', unit_amount: 1800, active: false });
    expect((await save(mug())).status).toBe(400);
    expect((await save(mug({ active: false }))).status).toBe(201);
  });

  test.each([401, 500])('Stripe that answers %s: 503, and nothing is saved', async (status) => {
    office.stripe.failWith(status);
    const answer = await put(mug());
    office.stripe.failWith(null);
    expect([answer.status, answer.body]).toEqual([503, problem(503, 'unavailable')]);
    expect((await get()).status).toBe(404);
  });
});

describe('the kind of a product', () => {
  test('can change while nothing depends on it', async () => {
    await put(mug());
    expect((await put(mug({ kind: 'DIGITAL' }))).body.kind).toBe('DIGITAL');
    expect(await office.db.stockLevel.findUnique({ where: { sku } })).toBeNull();
    expect((await put(mug())).body.kind).toBe('PHYSICAL');
    expect(await office.db.stockLevel.findUnique({ where: { sku } })).toMatchObject({ onHand: 0 });
  });

  test('cannot change once it was stocked', async () => {
    await put(mug());
    await office.ask('post', `/admin/products/${sku}/stock`).send({ delta: 1, reason: 'delivery' });
    await office.ask('post', `/admin/products/${sku}/stock`).send({ delta: -1, reason: 'lost' });
    await refused('DIGITAL');
  });

  test('cannot change once it was ordered', async () => {
    await put(mug({ kind: 'DIGITAL' }));
    const { sessionId } = await office.order(`cs_test_${products}`);
    await office.db.orderItem.create({
      data: { sessionId, sku, position: 0, name: 'Mug', kind: 'DIGITAL', quantity: 1, unitAmount: 1800, total: 1800 },
    });
    await refused('PHYSICAL');
  });

  test('cannot change once it has a file', async () => {
    await put(mug({ kind: 'DIGITAL' }));
    await office.ask('put', `/admin/products/${sku}/file`).query({ filename: 'a.txt' }).send('bytes');
    await refused('PHYSICAL');
  });

  async function refused(kind: string) {
    const before = (await get()).body;
    const answer = await put(mug({ kind, name: 'Other' }));
    expect(answer.status).toBe(409);
    expect(answer.body).toEqual(problem(409, 'invalid_transition'));
    expect((await get()).body).toEqual(before);
  }
});

describe('a price without an id at Stripe', () => {
  const plain = (amount: number, currency = 'eur') => ({ amount, currency });

  test('makes a draft: kept, and not shown until there is one', async () => {
    const payWhatYouWant = { currency: 'usd', minimum: 100, suggested: 500 };
    const answer = await put(mug({ prices: [plain(1800), plain(3000, 'jpy')], payWhatYouWant }));
    expect([answer.status, answer.body]).toMatchObject([
      201,
      {
        prices: [
          { ...plain(1800), stripePriceId: null },
          { ...plain(3000, 'jpy'), stripePriceId: null },
        ],
        payWhatYouWant: { ...payWhatYouWant, stripePriceId: null },
      },
    ]);
    expect(await forSale()).toBeUndefined();
    // What GET answers can be put as it is.
    const { prices, payWhatYouWant: chosen } = answer.body;
    expect((await put(mug({ prices, payWhatYouWant: chosen }))).status).toBe(200);
    expect(await rows()).toHaveLength(3);

    await put(mug({ prices: [euro(1800), plain(3000, 'jpy')] }));
    expect(await forSale()).toMatchObject({ prices: [plain(1800)], payWhatYouWant: null });
  });

  test('may be missing altogether', async () => {
    expect((await put(mug({ prices: [] }))).status).toBe(201);
    expect(await forSale()).toBeUndefined();
    expect((await get()).body).toMatchObject({ prices: [], payWhatYouWant: null });
    await put(mug());
    expect(await forSale()).toMatchObject({ prices: [plain(1800)] });
  });

  test('keeps the one that it has, while its terms are the same', async () => {
    await put(mug());
    expect((await put(mug({ name: 'Big Mug', prices: [plain(1800)] }))).body.prices).toEqual([euro(1800)]);
    expect((await put(mug({ prices: [plain(1900)] }))).body.prices).toEqual([{ ...plain(1900), stripePriceId: null }]);
    expect(await rows()).toEqual([
      expect.objectContaining({ stripePriceId: id('1800'), current: false }),
      expect.objectContaining({ stripePriceId: null, current: true }),
    ]);
  });

  test('leaves the one that it replaces on sale, through further changes, until it has one', async () => {
    const sold = async () => (await forSale())?.prices;
    const usd = { amount: 1999, currency: 'usd', stripePriceId: id('usd') };
    await put(mug({ prices: [euro(1800), usd] }));
    const { body } = await put(mug({ prices: [plain(1900), usd, plain(300, 'jpy')] }));
    expect(body).toMatchObject({
      prices: [{ ...plain(1900), stripePriceId: null }, usd, { ...plain(300, 'jpy'), stripePriceId: null }],
      stillSoldAt: [{ ...euro(1800), minimum: null }],
    });
    expect(await sold()).toEqual([plain(1800), plain(1999, 'usd')]);
    await put(mug({ prices: [usd, plain(2100)] }));
    expect(await sold()).toEqual([plain(1999, 'usd'), plain(1800)]); // in the new order
    expect((await put(mug({ prices: [plain(1800)] }))).body).toMatchObject({
      prices: [euro(1800)], // it has never been another one
      stillSoldAt: [],
    });
    await put(mug({ prices: [plain(1900)] }));
    await put(mug({ prices: [euro(1900)] }));
    expect([await sold(), (await get()).body.stillSoldAt]).toEqual([[plain(1900)], []]);
    await put(mug({ prices: [plain(2500)] }));
    await put(mug({ prices: [] }));
    expect(await forSale()).toBeUndefined(); // staff have taken it off
    await put(mug({ prices: [plain(2500)] }));
    expect(await forSale()).toBeUndefined();
  });

  test('of a pay-what-you-want price replaces that, and not the fixed one beside it', async () => {
    const open = { currency: 'eur', minimum: 100, suggested: 500 };
    const linked = { ...open, stripePriceId: id('open') };
    await put(mug({ prices: [euro(1800)], payWhatYouWant: linked }));
    const { body } = await put(mug({ prices: [euro(1800)], payWhatYouWant: { ...open, minimum: 200 } }));
    expect(body.stillSoldAt).toEqual([{ amount: 500, currency: 'eur', minimum: 100, stripePriceId: id('open') }]);
    expect(await forSale()).toMatchObject({
      prices: [plain(1800)],
      payWhatYouWant: { minimum: plain(100), suggested: plain(500) },
    });
  });

  test('replaces what no other price replaces, and nothing that is offered again', async () => {
    const open = { currency: 'eur', minimum: 100, suggested: 500 };
    const shown = async () => {
      const { prices, payWhatYouWant } = await forSale();
      return [prices, payWhatYouWant?.suggested ?? null, (await get()).body.stillSoldAt.length];
    };
    await put(mug());
    await put(mug({ prices: [plain(1900)], payWhatYouWant: open }));
    expect(await shown()).toEqual([[plain(1800)], null, 1]);
    await put(mug({ prices: [], payWhatYouWant: open }));
    expect(await shown()).toEqual([[plain(1800)], null, 1]);
    await put(mug({ prices: [plain(2000)], payWhatYouWant: open }));
    expect(await shown()).toEqual([[plain(1800)], null, 1]);
    await put(mug({ prices: [], payWhatYouWant: open }));
    await put(mug({ prices: [plain(1800)], payWhatYouWant: open }));
    expect(await shown()).toEqual([[plain(1800)], null, 0]);
    await put(mug({ prices: [], payWhatYouWant: open }));
    await put(mug({ prices: [euro(2100)], payWhatYouWant: open }));
    expect(await shown()).toEqual([[plain(2100)], null, 0]);
  });

  test('of a product that Stripe refuses puts nothing back on sale', async () => {
    await put(mug());
    await put(mug({ prices: [plain(1900)] }));
    await refuseProducts(office.db, { skus: [sku], at: new Date(NOON) });
    expect((await put(mug({ prices: [plain(2000)] }))).body.stillSoldAt).toEqual([]);
    expect(await forSale()).toBeUndefined();
    await put(mug({ prices: [euro(2000)] }));
    expect(await forSale()).toMatchObject({ prices: [plain(2000)] });
  });
});

test.each([
  ['inclusive', 'exclusive', 400],
  ['inclusive', 'inclusive', 201],
  ['inclusive', null, 201],
  ['unspecified', 'exclusive', 201],
])('a price that is %s of tax at Stripe, of a product that is %s: %i', async (tax_behavior, taxBehavior, status) => {
  office.stripe.set(id('taxed'), { currency: 'eur', unit_amount: 1800, tax_behavior });
  const answer = await save(mug({ taxBehavior, prices: [euro(1800, 'taxed')] }));
  expect(answer.status).toBe(status);
  if (status === 400) expect(answer.body).toEqual(invalidAt('prices.0.stripePriceId'));
});

describe('a product that is not valid', () => {
  const price = { amount: 1800, currency: 'eur', stripePriceId: 'price_x' };
  const open = { currency: 'eur', minimum: 100, suggested: 500, stripePriceId: 'price_y' };
  test.each<[string, Record<string, unknown>, string[]]>([
    ['no name', { name: undefined }, ['name']],
    ['an empty name', { name: '' }, ['name']],
    ['a long name', { name: 'x'.repeat(251) }, ['name']],
    ['a name of two lines', { name: 'a\nb' }, ['name']],
    ['no kind', { kind: undefined }, ['kind']],
    ['another kind', { kind: 'SERVICE' }, ['kind']],
    ['no prices', { prices: undefined }, ['prices']],
    ['a price with an empty id', { prices: [{ ...price, stripePriceId: '' }] }, ['prices.0.stripePriceId']],
    ['a price with an unknown field', { prices: [{ ...price, tax: 1 }] }, ['prices.0']],
    ['a negative amount', { prices: [{ ...price, amount: -1 }] }, ['prices.0.amount']],
    ['half a cent', { prices: [{ ...price, amount: 0.5 }] }, ['prices.0.amount']],
    ['too much money', { prices: [{ ...price, amount: 1e12 }] }, ['prices.0.amount']],
    ['an amount in text', { prices: [{ ...price, amount: '1800' }] }, ['prices.0.amount']],
    ['a currency in upper case', { prices: [{ ...price, currency: 'EUR' }] }, ['prices.0.currency']],
    ['an id with spaces', { prices: [{ ...price, stripePriceId: 'a b' }] }, ['prices.0.stripePriceId']],
    ['a currency twice', { prices: [price, { ...price, stripePriceId: 'price_z' }] }, ['prices.1.currency']],
    ['half a unit of ISK', { prices: [{ ...price, amount: 1850, currency: 'isk' }] }, ['prices.0.amount']],
    ['half a unit of UGX', { prices: [price, { ...price, amount: 50, currency: 'ugx' }] }, ['prices.1.amount']],
    ['a thousandth of a dinar', { prices: [{ ...price, amount: 1805, currency: 'kwd' }] }, ['prices.0.amount']],
    [
      'a choice from amounts that its currency cannot have',
      { payWhatYouWant: { ...open, currency: 'omr', minimum: 105, suggested: 505 } },
      ['payWhatYouWant.minimum', 'payWhatYouWant.suggested'],
    ],
    [
      'the same id for both',
      { payWhatYouWant: { ...open, stripePriceId: 'price_x' } },
      ['payWhatYouWant.stripePriceId'],
    ],
    ['a minimum above the suggestion', { payWhatYouWant: { ...open, minimum: 501 } }, ['payWhatYouWant.suggested']],
    ['an image that is no address', { imageUrl: 'javascript:alert(1)' }, ['imageUrl']],
    ['half a surrogate pair', { name: 'a\ud800b' }, ['name']],
    ['a NUL in the description', { description: 'a\u0000' }, ['description']],
    ['an image whose address cannot be stored', { imageUrl: 'https://cdn.example.com/a\u0000.png' }, ['imageUrl']],
    ['an image of another host without scheme', { imageUrl: '//evil.example.com/a.png' }, ['imageUrl']],
    ['active in text', { active: 'yes' }, ['active']],
    ['half a gram', { weight: 0.5 }, ['weight']],
    ['a tax code of another form', { taxCode: 'books' }, ['taxCode']],
    ['another tax behaviour', { taxBehavior: 'unspecified' }, ['taxBehavior']],
    ['an unknown field', { stock: 7 }, ['']],
  ])('%s: 400, and nothing is created', async (_what, change, paths) => {
    const answer = await put({ name: 'Mug', kind: 'PHYSICAL', prices: [price], ...change });
    expect(answer.status).toBe(400);
    expect(answer.body).toEqual(invalidAt(...paths));
    expect((await get()).status).toBe(404);
  });

  test.each(['a b', 'x'.repeat(41), 'ü', 'a/b', "'; DROP TABLE products"])('the SKU “%s” is 400', async (bad) => {
    expect((await put(mug(), bad)).body).toEqual(invalidAt('sku'));
  });

  test('accepts a SKU with every allowed character', async () => {
    expect((await put(mug({ prices: [euro(1, 'any')] }), 'Az09._-')).status).toBe(201);
  });
});

describe('what every checkout offers', () => {
  const putShop = (body: unknown) => office.ask('put', '/admin/shop').send(body as object);
  const readShop = async () => (await office.ask('get', '/admin/shop')).body;
  const OFF = {
    ...{ shipTo: [], shippingRates: [], automaticTax: false },
    ...{ promotionCodes: false, invoices: false, phone: false },
  };
  const parcel = { name: 'Parcel', countries: ['DE', 'AT'], prices: [{ amount: 590, currency: 'eur' }] };
  const kept = { stripeShippingRateId: 'shr_kept', countries: ['AT'] };

  test('is nothing at first, then exactly what staff have put, until they put something else', async () => {
    expect(await readShop()).toEqual(OFF);
    office.stripe.setRate('shr_kept', { currency: 'eur', others: ['chf'] });
    const shop = {
      shipTo: ['DE', 'AT'],
      shippingRates: [{ ...parcel, maxWeight: 2000, days: [2, 4] }, { ...parcel, maxWeight: 10_000 }, kept],
      ...{ automaticTax: true, promotionCodes: true, invoices: true, phone: true },
      termsUrl: 'https://shop.example.com/terms',
    };
    const answer = await putShop(shop);
    expect([answer.status, answer.body]).toEqual([200, shop]);
    expect(await readShop()).toEqual(shop);
    const [row] = await office.db.shop.findMany();
    expect(row?.settings).toMatchObject({ shippingRates: [{}, {}, { ...kept, currencies: ['eur', 'chf'] }] });

    expect((await putShop(OFF)).body).toEqual(OFF);
    expect(await readShop()).toEqual(OFF);
    expect(await office.db.shop.count()).toBe(1);
  });

  test('keeps the mails about expired checkouts off, though a later request does not name them', async () => {
    const off = { ...OFF, recoveryMails: false };
    expect((await putShop(off)).body).toEqual(off);
    expect((await putShop({ ...OFF, phone: true })).body).toEqual({ ...off, phone: true });
    expect(await readShop()).toEqual({ ...off, phone: true });
    expect((await putShop({ ...OFF, recoveryMails: true })).body).toEqual({ ...OFF, recoveryMails: true });
    expect((await putShop({ ...OFF, recoveryMails: 'no' })).body).toEqual(invalidAt('recoveryMails'));
    await office.db.shop.deleteMany();
  });

  const rates = (...shippingRates: unknown[]) => ({ shippingRates });
  test.each<[string, Record<string, unknown>, string[]]>([
    ['a setting left out', { phone: undefined }, ['phone']],
    ['a setting in text', { automaticTax: 'yes' }, ['automaticTax']],
    ['an unknown field', { currency: 'eur' }, ['']],
    ['a country Stripe takes no address in', { shipTo: ['DE', 'KP'] }, ['shipTo.1']],
    ['a country in lower case', { shipTo: ['de'] }, ['shipTo.0']],
    ['a country twice', { shipTo: ['DE', 'DE'] }, ['shipTo.1']],
    ['terms that are no address', { termsUrl: 'javascript:alert(1)' }, ['termsUrl']],
    ['a rate without a name', rates({ ...parcel, name: '' }), ['shippingRates.0.name']],
    ['a rate for no country', rates({ ...parcel, countries: [] }), ['shippingRates.0.countries']],
    ['a rate for an unknown country', rates({ ...parcel, countries: ['XX'] }), ['shippingRates.0.countries.0']],
    ['a rate with a country twice', rates({ ...parcel, countries: ['DE', 'DE'] }), ['shippingRates.0.countries.1']],
    ['a rate without prices', rates({ ...parcel, prices: [] }), ['shippingRates.0.prices']],
    ['a rate with an unknown field', rates({ ...parcel, taxCode: 'txcd_92010001' }), ['shippingRates.0']],
    ['a rate both of ours and of Stripe', rates({ ...parcel, stripeShippingRateId: 'shr_kept' }), ['shippingRates.0']],
    ['no weight at all', rates({ ...parcel, maxWeight: 0 }), ['shippingRates.0.maxWeight']],
    ['days from end to begin', rates({ ...parcel, days: [4, 2] }), ['shippingRates.0.days']],
    ['one day alone', rates({ ...parcel, days: [4] }), ['shippingRates.0.days']],
    [
      'a negative amount and an unknown currency',
      rates({ ...parcel, prices: [{ amount: -1, currency: 'EUR' }] }),
      ['shippingRates.0.prices.0.amount', 'shippingRates.0.prices.0.currency'],
    ],
    [
      'a currency that there is none of',
      rates({ ...parcel, prices: [{ amount: 500, currency: 'xyz' }] }),
      ['shippingRates.0.prices.0.currency'],
    ],
    [
      'an amount that its currency cannot have',
      rates(parcel, { ...parcel, name: 'Post', prices: [{ amount: 550, currency: 'isk' }] }),
      ['shippingRates.1.prices.0.amount'],
    ],
    [
      'two prices in a currency',
      rates({ ...parcel, prices: [...parcel.prices, ...parcel.prices] }),
      ['shippingRates.0.prices.1.currency'],
    ],
    ['a rate that repeats another', rates(parcel, { ...parcel, countries: ['AT'] }), ['shippingRates.1.name']],
    ['a rate of Stripe twice', rates(kept, kept), ['shippingRates.1.stripeShippingRateId']],
    [
      'what is no id of a rate',
      rates({ ...kept, stripeShippingRateId: 'price_1' }),
      ['shippingRates.0.stripeShippingRateId'],
    ],
    [
      'a rate unknown at Stripe',
      rates(parcel, { ...kept, stripeShippingRateId: 'shr_none' }),
      ['shippingRates.1.stripeShippingRateId'],
    ],
    [
      'a rate archived at Stripe',
      rates({ ...kept, stripeShippingRateId: 'shr_old' }),
      ['shippingRates.0.stripeShippingRateId'],
    ],
    [
      'six rates for one country',
      rates(...[1, 2, 3, 4, 5, 6].map((n) => ({ ...parcel, name: `R${n}` }))),
      ['shippingRates'],
    ],
  ])('%s: 400, and nothing is changed', async (_what, change, paths) => {
    office.stripe.setRate('shr_old', { currency: 'eur', active: false });
    const before = await readShop();
    const answer = await putShop({ ...OFF, ...change });
    expect([answer.status, answer.body]).toEqual([400, invalidAt(...paths)]);
    expect(await readShop()).toEqual(before);
  });

  test('may be a rate that what answers for Stripe has no address for: it is offered in every currency', async () => {
    office.stripe.setUnrouted(true);
    const unread = { ...kept, stripeShippingRateId: 'shr_unread' };
    const answer = await putShop({ ...OFF, ...rates(unread) });
    office.stripe.setUnrouted(false);
    expect([answer.status, answer.body]).toEqual([200, { ...OFF, ...rates(unread) }]);
    expect(await office.db.shop.findMany()).toMatchObject([{ settings: { shippingRates: [{ currencies: null }] } }]);
    await putShop(OFF);
  });

  test('is not saved while Stripe cannot be asked about a rate', async () => {
    office.stripe.failWith(500);
    expect((await putShop({ ...OFF, ...rates(kept) })).status).toBe(503);
    office.stripe.failWith(null);
    expect(await readShop()).toEqual(OFF);
  });
});

describe('a bundle', () => {
  const box = (bundle: unknown, more: Record<string, unknown> = {}) =>
    put(mug({ name: 'Box', prices: [euro(2000, 'box')], bundle, ...more }), `BOX-${sku}`);
  const download = () => put(mug({ kind: 'DIGITAL', prices: [euro(900, 'e')] }), `E-${sku}`);
  const [one, both] = [
    () => [{ sku, quantity: 2 }],
    () => [
      { sku, quantity: 2 },
      { sku: `E-${sku}`, quantity: 1 },
    ],
  ];

  test('is put with what it is made of, has neither stock nor a file, and is no bundle any more without it', async () => {
    await put(mug());
    await download();
    const answer = await box(both());
    expect([answer.status, answer.body.bundle]).toEqual([201, both()]);
    expect((await get(`BOX-${sku}`)).body).toEqual(answer.body);
    const stock = await office.ask('get', `/admin/products/BOX-${sku}/stock`);
    expect([stock.status, stock.body]).toEqual([409, problem(409, 'invalid_transition')]);
    const more = { delta: 1, reason: 'delivery' };
    expect((await office.ask('post', `/admin/products/BOX-${sku}/stock`).send(more)).status).toBe(409);
    const changed = await box(one());
    expect([changed.status, changed.body.bundle]).toEqual([200, one()]);
    expect((await box(null)).body.bundle).toBeNull();
    expect((await office.ask('post', `/admin/products/BOX-${sku}/stock`).send(more)).body.onHand).toBe(1);
    expect((await box(one())).body).toEqual(problem(409, 'invalid_transition'));
  });

  test('of downloads has no file of its own', async () => {
    await download();
    expect((await box([{ sku: `E-${sku}`, quantity: 1 }], { kind: 'DIGITAL' })).status).toBe(201);
    const file = office.ask('put', `/admin/products/BOX-${sku}/file`).query({ filename: 'a.txt' });
    const answer = await file.set('content-type', 'text/plain').send('bytes');
    expect([answer.status, answer.body.detail]).toEqual([409, expect.stringMatching(/is a bundle/)]);
  });

  test.each<[string, () => unknown, Record<string, unknown>, string[]]>([
    ['of nothing', () => [], {}, ['bundle']],
    ['of none of something', () => [{ sku, quantity: 0 }], {}, ['bundle.0.quantity']],
    ['of something twice', () => [...one(), ...one()], {}, ['bundle.1.sku']],
    ['of what there is not', () => [...one(), { sku: 'NO-SUCH', quantity: 1 }], {}, ['bundle.1.sku']],
    ['of itself', () => [{ sku: `BOX-${sku}`, quantity: 1 }], {}, ['bundle.0.sku']],
    ['of goods, called digital', one, { kind: 'DIGITAL' }, ['kind']],
    [
      'at what the shopper wants to pay',
      one,
      { payWhatYouWant: { currency: 'eur', minimum: 1, suggested: 2 } },
      ['payWhatYouWant'],
    ],
  ])('%s is not valid', async (_what, bundle, more, paths) => {
    await put(mug());
    expect((await box(bundle(), more)).body).toEqual(invalidAt(...paths));
  });

  test('contains no bundle, and what is in one stays what it is', async () => {
    await put(mug());
    await box(one());
    const nested = await put(mug({ prices: [], bundle: [{ sku: `BOX-${sku}`, quantity: 1 }] }), `CRATE-${sku}`);
    expect(nested.body).toEqual(invalidAt('bundle.0.sku'));
    await download();
    for (const change of [{ kind: 'DIGITAL' }, { kind: 'DIGITAL', bundle: [{ sku: `E-${sku}`, quantity: 1 }] }]) {
      const answer = await put(mug(change));
      expect([answer.status, answer.body.detail]).toEqual([409, expect.stringMatching(/is in a bundle/)]);
    }
  });

  test('has the weight of what is in it', async () => {
    await put(mug({ weight: 420 }));
    await box(one());
    const [{ weight } = { weight: null }] = await findForSale(office.db, { skus: [`BOX-${sku}`] });
    expect(weight).toBe(840);
  });
});

describe('the pictures of a product', () => {
  /** A PNG of this width, as far as its header goes. */
  const png = (width: number) => {
    const bytes = Buffer.alloc(33, `\x89PNG\r\n\x1a\n\0\0\0\rIHDR`, 'latin1');
    bytes.writeUInt32BE(width, 16);
    bytes.writeUInt32BE(300, 20);
    return bytes;
  };
  const upload = (bytes: Buffer, place: string, query: Record<string, string> = {}) =>
    office.ask('put', `/admin/products/${sku}/pictures/${place}`).query(query).type('image/png').send(bytes);
  const fetched = (url: string, headers = {}) =>
    office.api.http.get(url.replace(office.api.deps.env.PUBLIC_URL, '')).set(headers);

  test('are named by URL, the first of them as `imageUrl`', async () => {
    const images = [
      { url: 'https://cdn.example.com/a.jpg', alt: 'A mug', width: 1600, height: 1200 },
      { url: '/images/b.svg', sizes: [{ url: '/images/b-400.png', width: 400 }] },
    ];
    const { body } = await put(mug({ images }));
    expect(body).toMatchObject({ imageUrl: images[0]?.url, images: [{ ...images[0], sizes: [] }, images[1]] });
    expect(await forSale()).toMatchObject({ imageUrl: body.imageUrl, images: body.images });
    // What is read may be sent back.
    expect((await put(mug({ images: body.images, imageUrl: body.imageUrl }))).body.images).toEqual(body.images);
    expect((await put(mug({ images: [] }))).body).toMatchObject({ imageUrl: null, images: [] });
  });

  test.each<[string, Record<string, unknown>, string]>([
    ['another first one', { images: [{ url: '/a.png' }], imageUrl: '/b.png' }, 'imageUrl'],
    ['a script', { images: [{ url: 'javascript:alert(1)' }] }, 'images.0.url'],
    ['no address of a size', { images: [{ url: '/a.png', sizes: [{ width: 1 }] }] }, 'images.0.sizes.0.url'],
    [
      'a width twice',
      { images: [{ url: '/a.png', sizes: [1, 1].map((width) => ({ url: '/b.png', width })) }] },
      'images.0.sizes',
    ],
    ['more than twenty', { images: Array.from({ length: 21 }, () => ({ url: '/a.png' })) }, 'images'],
  ])('%s is not valid', async (_what, change, path) => {
    expect((await put(mug(change))).body).toEqual(invalidAt(path));
  });

  test('are uploaded one by one, in several widths, and any page may show them', async () => {
    await put(mug());
    const first = await upload(png(400), '1', { alt: 'A mug' });
    expect([first.status, first.body.images]).toEqual([
      200,
      [{ url: expect.any(String), alt: 'A mug', width: 400, height: 300, sizes: [] }],
    ]);
    await upload(png(200), '2');
    const { body } = await upload(png(100), '1/sizes');
    expect(body.images).toMatchObject([{ alt: 'A mug', sizes: [{ width: 100 }] }, { width: 200 }]);
    expect(body.imageUrl).toBe(body.images[0].url);
    expect(await forSale()).toMatchObject({ imageUrl: body.imageUrl, images: body.images });

    const picture = await fetched(body.images[0].sizes[0].url);
    expect([picture.status, picture.body]).toEqual([200, png(100)]);
    expect(picture.headers).toMatchObject({
      'content-type': 'image/png',
      'cache-control': 'public, max-age=31536000, immutable',
      'cross-origin-resource-policy': 'cross-origin',
      'x-content-type-options': 'nosniff',
    });
    const again = await fetched(body.images[0].sizes[0].url, { 'if-none-match': picture.headers.etag });
    expect([again.status, again.headers.etag]).toEqual([304, picture.headers.etag]);

    // Saved by who knows of no pictures, they stay, as a file does; what is read may be sent back.
    const saved = await put(mug({ imageUrl: '/images/mug.svg' }));
    expect(saved.body.images).toEqual([{ url: '/images/mug.svg', ...UNKNOWN }, ...body.images]);
    expect((await put(mug({ images: body.images }))).body.images).toEqual(body.images);
    const removed = await office.ask('delete', `/admin/products/${sku}/pictures/1`);
    expect([removed.status, removed.body.imageUrl]).toEqual([200, body.images[1].url]);
  });

  test.each<[string, number, string, () => PromiseLike<{ status: number; body: unknown }>]>([
    ['an SVG', 415, 'unsupported_media_type', () => upload(Buffer.from('<svg/>'), '1')],
    ['nothing', 415, 'unsupported_media_type', () => upload(Buffer.alloc(0), '1')],
    ['too much', 413, 'payload_too_large', () => upload(Buffer.alloc(5 * 1024 * 1024 + 1), '1')],
    ['one beyond the next place', 409, 'invalid_transition', () => upload(png(1), '2')],
    ['a size of no picture', 409, 'invalid_transition', () => upload(png(1), '1/sizes')],
    ['one at no place', 400, 'invalid_request', () => upload(png(1), '0')],
    ['one at the 21st', 400, 'invalid_request', () => upload(png(1), '21')],
    ['one of no product', 404, 'unknown_sku', () => office.ask('put', '/admin/products/NO/pictures/1').send(png(1))],
    [
      'one that is not there',
      409,
      'invalid_transition',
      () => office.ask('delete', `/admin/products/${sku}/pictures/1`),
    ],
  ])('%s is refused', async (_what, status, code, ask) => {
    await put(mug());
    const answer = await ask();
    expect([answer.status, answer.body]).toEqual([status, problem(status, code)]);
    expect((await get()).body.images).toEqual([]);
  });

  test('that no product shows any more are removed after a day', async () => {
    await put(mug());
    const { body } = await upload(png(77), '1');
    const other = await upload(png(78), '1');
    const [gone, kept] = [body.imageUrl, other.body.imageUrl];
    const day = 24 * 3_600_000;
    const later = { ...office.api.deps, clock: { now: () => office.now + day } };
    await keepHouse(later);
    expect((await fetched(gone)).status).toBe(200);
    await keepHouse({ ...later, clock: { now: () => office.now + day + 1 } });
    expect([(await fetched(gone)).body, (await fetched(kept)).status]).toEqual([problem(404, 'not_found'), 200]);
  });
});

describe('products in a group', () => {
  const sized = (size: string, { at = `${sku}-${size}`, name = 'Mugs', more = {} } = {}) => {
    const group = { id: sku, name, options: { size, ...more } };
    return put(mug({ prices: [euro(1800, at)], group }), at);
  };

  test('have the name that was given last, and options of their own', async () => {
    const first = await sized('M');
    expect([first.status, first.body.group]).toEqual([201, { id: sku, name: 'Mugs', options: { size: 'M' } }]);
    await sized('L', { name: 'Tide Mugs' });
    const list = (await office.api.http.get(`/products?group=${sku}`)).body.data;
    expect(list.map(({ group }: { group: unknown }) => group)).toEqual([
      { id: sku, name: 'Tide Mugs', options: { size: 'L' } },
      { id: sku, name: 'Tide Mugs', options: { size: 'M' } },
    ]);
    expect((await put(mug({ prices: [euro(1800, `${sku}-M`)] }), `${sku}-M`)).body.group).toBeNull();
  });

  test('have no two the same options, and all options of the same names', async () => {
    await sized('M');
    expect((await sized('M')).status).toBe(200);
    const taken = await sized('M', { at: `OTHER-${sku}` });
    expect([taken.body, taken.body.errors[0].message]).toEqual([invalidAt('group.options'), `are those of ${sku}-M`]);
    const named = await sized('L', { more: { colour: 'grey' } });
    expect([named.body, named.body.errors[0].message]).toEqual([
      invalidAt('group.options'),
      expect.stringMatching(/: size$/),
    ]);
    expect((await get(`${sku}-L`)).status).toBe(404);
    const same = {
      sku: `OTHER-${sku}`,
      name: 'Mug',
      kind: 'PHYSICAL',
      createdAt: new Date(),
      updatedAt: new Date(),
    } as const;
    const inGroup = { groupId: sku, groupName: 'Mugs', options: { size: 'M' } };
    await expect(office.db.product.create({ data: { ...same, ...inGroup } })).rejects.toThrow(
      /products_options_once|Unique/,
    );
  });

  test.each<[string, unknown, string]>([
    ['no options', {}, 'group.options'],
    ['six', Object.fromEntries([1, 2, 3, 4, 5, 6].map((one) => [`option ${one}`, 'x'])), 'group.options'],
    ['an option of no value', { size: '' }, 'group.options.size'],
    ['an option that is no text', { size: 3 }, 'group.options.size'],
  ])('%s are not valid', async (_what, options, path) => {
    expect((await put(mug({ group: { id: sku, name: 'Mugs', options } }))).body).toEqual(invalidAt(path));
  });
});
