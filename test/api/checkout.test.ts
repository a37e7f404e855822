import { linkCatalogue } from '../../activities/catalogue/stripe-setup';
import { checkout } from '../../activities/checkout/checkout';
import { METADATA } from '../../domain/session';
import { type Api, Shop } from './shop';

let shop: Shop;
beforeAll(async () => {
  shop = await Shop.open();
  const { world } = shop;
  await world.product('mug', { amount: 1250, stock: 1000 });
  await world.product('ebook', { amount: 900 });
  await world.product('poster', { amount: 2000, stock: 2 });
});
afterAll(() => shop?.close());

const CREATE = /^\/v1\/checkout\/sessions$/;
const created = async () => (await shop.askedOfStripe('POST', CREATE)).length;
const lastRequest = async () => (await shop.askedOfStripe('POST', CREATE)).at(-1)?.params as Record<string, never>;

describe('a checkout', () => {
  test('holds the stock and answers with the payment page', async () => {
    const answer = await shop.checkout({
      items: [{ sku: 'mug', quantity: 2 }],
      userId: 'user-7',
      email: 'ada@example.com',
    });

    expect(answer.status).toBe(201);
    expect(answer.body).toEqual({
      sessionId: expect.stringMatching(/^cs_test_/),
      url: expect.stringMatching(/^http/),
      status: 'PENDING',
      expiresAt: expect.stringMatching(/^\d{4}-.*Z$/),
    });
    const order = await shop.world.order(answer.body.sessionId);
    expect(order).toMatchObject({ status: 'PENDING', stock: 'HELD', subtotal: 2500n });
    expect(order.holdUntil.toISOString()).toBe(answer.body.expiresAt);
    expect(await shop.world.stock('mug')).toMatchObject({ held: 2 });
  });

  test('sends Stripe what the contract says, and nothing else', async () => {
    const { clock, env } = shop.api.deps;
    const before = clock.now();
    const answer = await shop.checkout({
      items: [
        { sku: 'mug', quantity: 1 },
        { sku: 'ebook', quantity: 1 },
      ],
      userId: 'user-7',
      email: 'ada@example.com',
      locale: 'de-AT',
      country: 'AT',
    });
    const session = await shop.world.stripe.checkout.sessions.retrieve(answer.body.sessionId, {
      expand: ['line_items'],
    });
    const { number } = await shop.world.order(answer.body.sessionId);
    const ours = { [METADATA.checkout]: expect.any(String), [METADATA.number]: number, userId: 'user-7' };
    expect(session).toMatchObject({
      mode: 'payment',
      client_reference_id: number,
      customer_email: 'ada@example.com',
      locale: 'de',
      metadata: ours,
      success_url: `${env.STOREFRONT_URL}/success?session_id={CHECKOUT_SESSION_ID}`,
      cancel_url: `${env.STOREFRONT_URL}/cart?session_id={CHECKOUT_SESSION_ID}`,
      shipping_address_collection: { allowed_countries: expect.arrayContaining(['DE', 'US', 'JP']) },
    });
    expect(session.line_items?.data.map(({ metadata }) => metadata)).toEqual([{ sku: 'mug' }, { sku: 'ebook' }]);
    // The hold is 1,860 s, just what Stripe takes at least.
    expect(session.expires_at).toBeGreaterThanOrEqual(Math.floor(before / 1000) + 1860);
    expect(session.expires_at).toBeLessThanOrEqual(Math.ceil(clock.now() / 1000) + 1860);
    const asked = await lastRequest();
    expect(asked).toMatchObject({ payment_intent_data: { metadata: ours } });
    expect(Object.keys(asked).sort()).toEqual([
      'cancel_url',
      'client_reference_id',
      'currency',
      'customer_email',
      'expires_at',
      'line_items',
      'locale',
      'metadata',
      'mode',
      'payment_intent_data',
      'shipping_address_collection',
      'success_url',
    ]);
  });

  test('of downloads collects no address', async () => {
    await shop.checkout({ items: [{ sku: 'ebook', quantity: 1 }] });
    expect(await lastRequest()).not.toHaveProperty('shipping_address_collection');
  });

  test('adds up equal SKUs', async () => {
    const items = [
      { sku: 'mug', quantity: 2 },
      { sku: 'ebook', quantity: 1 },
      { sku: 'mug', quantity: 3 },
    ];
    const answer = await shop.checkout({ items });
    const order = await shop.world.order(answer.body.sessionId);
    expect(order.items.map(({ sku, quantity }) => [sku, quantity]).sort()).toEqual([
      ['ebook', 1],
      ['mug', 5],
    ]);
  });

  test('of a draft, which has no price at Stripe yet, is refused until stripe:setup has made one', async () => {
    const { db, stripe, env } = shop.world;
    await shop.world.product('card', { amount: 300, stock: 5 });
    await db.price.updateMany({ where: { sku: 'card' }, data: { stripePriceId: null } });
    const items = [
      { sku: 'mug', quantity: 1 },
      { sku: 'card', quantity: 2 },
    ];
    const before = await created();
    const refused = await shop.checkout({ items });
    expect([refused.status, refused.body]).toEqual([
      409,
      expect.objectContaining({ code: 'not_for_sale', items: [{ sku: 'card' }] }),
    ]);
    expect(await created()).toBe(before);
    await linkCatalogue({ db, stripe, env, clock: shop.api.deps.clock, log: () => {} });
    const { body } = await shop.checkout({ items });
    const session = await stripe.checkout.sessions.retrieve(body.sessionId);
    expect(session.amount_subtotal).toBe(1250 + 600);
  });

  test('of a product whose price has changed is sold at the earlier one, until stripe:setup has made the new one', async () => {
    const { db, stripe, env } = shop.world;
    await shop.world.product('bowl', { amount: 900, stock: 5 });
    const change = { kind: 'PHYSICAL', name: 'The bowl', prices: [{ amount: 1100, currency: 'eur' }] };
    const staff = { authorization: `Bearer ${env.ADMIN_TOKEN}` };
    expect((await shop.api.http.put('/admin/products/bowl').set(staff).send(change)).status).toBe(200);
    const [said, items] = [[] as string[], [{ sku: 'bowl', quantity: 1 }]];
    const setUp = (dryRun: boolean) =>
      linkCatalogue({
        ...{ db, stripe, env, clock: shop.api.deps.clock, skus: ['bowl'], dryRun },
        log: (line: string) => said.push(line),
      });
    const shownAndCharged = async () => {
      const shown = await shop.api.http.get('/products/bowl');
      const { body } = await shop.checkout({ items });
      const { amount_subtotal } = await stripe.checkout.sessions.retrieve(body.sessionId);
      return [shown.body.prices, amount_subtotal];
    };
    const price = (amount: number) => [[{ amount, currency: 'eur' }], amount];
    expect(await shownAndCharged()).toEqual(price(900));
    await setUp(true);
    expect(await shownAndCharged()).toEqual(price(900));
    await setUp(false);
    shop.api.deps.shown.forget();
    expect(await shownAndCharged()).toEqual(price(1100));
    expect(said.filter((line) => line.includes('in place of'))).toEqual([
      'bowl: a price of €11.00 would be made, and linked, in place of €9.00',
      expect.stringMatching(/^bowl: €11\.00 is now price_\w+, in place of €9\.00$/),
    ]);
  });
});

describe('the currency of a session', () => {
  test('is always pinned, so that a price in several is charged in the one asked for', async () => {
    const { world } = shop;
    const { id: product } = await world.stripe.products.create({ name: 'Everywhere' });
    const { id: stripePriceId } = await world.stripe.prices.create({
      ...{ product, currency: 'eur', unit_amount: 1000 },
      currency_options: { usd: { unit_amount: 1100 }, isk: { unit_amount: 150_000 } },
    });
    const at = new Date(world.now());
    const price = (currency: string, amount: number, position: number) => ({
      ...{ currency, amount, position, stripePriceId, createdAt: at },
    });
    await world.db.product.create({
      data: {
        ...{ sku: 'everywhere', name: 'Everywhere', kind: 'DIGITAL', createdAt: at, updatedAt: at },
        prices: { create: [price('eur', 1000, 0), price('usd', 1100, 1), price('isk', 150_000, 2)] },
      },
    });
    for (const [currency, amount] of [
      ['usd', 1100],
      ['isk', 150_000],
      ['eur', 1000],
    ]) {
      const answer = await shop.checkout({ items: [{ sku: 'everywhere', quantity: 1 }], currency });
      expect(answer.status).toBe(201);
      expect(await lastRequest()).toMatchObject({ currency });
      const order = await world.paid(answer.body.sessionId);
      expect(order).toMatchObject({ status: 'COMPLETED', currency, total: BigInt(amount as number) });
    }
  });
});

describe('what the shop offers', () => {
  const euro = (amount: number) => [{ amount, currency: 'eur' }];
  const letter = { name: 'Letter', countries: ['DE'], prices: euro(190), maxWeight: 500 };
  const parcel = { name: 'Parcel', countries: ['DE'], prices: euro(590), maxWeight: 2000, days: [2, 4] };
  const abroad = { name: 'Parcel', countries: ['AT', 'CH'], prices: euro(1490), maxWeight: 2000 };
  const items = [{ sku: 'mug', quantity: 1 }];
  /** What was written down for Stripe, with its numbers. */
  const requestOf = async ({ body }: { body: { sessionId: string } }) =>
    (await shop.world.db.checkout.findUniqueOrThrow({ where: { sessionId: body.sessionId } })).request;

  beforeAll(async () => {
    await shop.world.db.product.update({ where: { sku: 'mug' }, data: { weight: 400 } });
    await shop.world.product('import', { currency: 'usd', stock: 5 });
  });
  afterEach(() => shop.offers());

  test('is shipping at the rates of the country that fit the weight, and an address only there', async () => {
    await shop.offers({ shippingRates: [letter, parcel, abroad] });
    const one = await requestOf(
      await shop.checkout({ items: [...items, { sku: 'ebook', quantity: 9 }], country: 'DE' }),
    );
    expect(one).toMatchObject({
      shipping_address_collection: { allowed_countries: ['DE'] },
      shipping_options: [
        {
          shipping_rate_data: {
            ...{ type: 'fixed_amount', display_name: 'Letter', fixed_amount: { amount: 190, currency: 'eur' } },
          },
        },
        {
          shipping_rate_data: {
            ...{ type: 'fixed_amount', display_name: 'Parcel', fixed_amount: { amount: 590, currency: 'eur' } },
            delivery_estimate: {
              minimum: { unit: 'business_day', value: 2 },
              maximum: { unit: 'business_day', value: 4 },
            },
          },
        },
      ],
    });
    const two = await shop.checkout({ items: [{ sku: 'mug', quantity: 2 }], country: 'CH' });
    const { amount_total, shipping_options } = await shop.world.stripe.checkout.sessions.retrieve(two.body.sessionId);
    expect([amount_total, shipping_options.length]).toEqual([2500 + 1490, 1]);
  });

  test.each<[string, object, object]>([
    ['where nothing is shipped', { country: 'US' }, { code: 'invalid_request', errors: [{ path: 'country' }] }],
    ['to a country that is not said, and matters', {}, { code: 'invalid_request', errors: [{ path: 'country' }] }],
    [
      'too heavy for every rate',
      { country: 'DE', items: [{ sku: 'mug', quantity: 6 }] },
      { code: 'invalid_request', errors: [{ path: 'items' }] },
    ],
    [
      'in a currency without a rate',
      { country: 'DE', items: [{ sku: 'import', quantity: 1 }] },
      { code: 'currency_unavailable' },
    ],
  ])('is no checkout %s: nothing is asked of Stripe, or written', async (_where, change, problem) => {
    await shop.offers({ shippingRates: [letter, parcel, abroad] });
    const before = [await created(), await shop.world.db.checkout.count()];
    const answer = await shop.checkout({ items, ...change });
    expect(answer.body).toMatchObject(problem);
    expect([await created(), await shop.world.db.checkout.count()]).toEqual(before);
    // Downloads go anywhere.
    expect((await shop.checkout({ ...change, items: [{ sku: 'ebook', quantity: 1 }] })).status).toBe(201);
  });

  test('is all of it at once, and shipping is taxed as the goods are', async () => {
    const { id } = await shop.world.stripe.shippingRates.create({
      ...{ display_name: 'Courier', type: 'fixed_amount', fixed_amount: { amount: 1990, currency: 'eur' } },
    });
    await shop.world.db.product.update({ where: { sku: 'mug' }, data: { taxBehavior: 'inclusive' } });
    await shop.offers({
      shipTo: ['DE'],
      shippingRates: [parcel, { stripeShippingRateId: id, countries: ['DE'] }],
      ...{ automaticTax: true, promotionCodes: true, invoices: true, phone: true },
      termsUrl: 'https://shop.example.com/terms',
    });
    expect(await requestOf(await shop.checkout({ items }))).toMatchObject({
      shipping_address_collection: { allowed_countries: ['DE'] },
      shipping_options: [{ shipping_rate_data: { tax_behavior: 'inclusive' } }, { shipping_rate: id }],
      allow_promotion_codes: true,
      automatic_tax: { enabled: true },
      invoice_creation: { enabled: true },
      phone_number_collection: { enabled: true },
      consent_collection: { terms_of_service: 'required' },
      custom_text: {
        terms_of_service_acceptance: { message: 'I agree to the [Terms of Service](https://shop.example.com/terms)' },
      },
    });
    const download = await requestOf(await shop.checkout({ items: [{ sku: 'ebook', quantity: 1 }] }));
    expect(download).toMatchObject({ automatic_tax: { enabled: true }, phone_number_collection: { enabled: true } });
    expect(Object.keys(download as object)).not.toEqual(expect.arrayContaining([expect.stringMatching(/^shipping/)]));
    await shop.world.db.product.update({ where: { sku: 'mug' }, data: { taxBehavior: null } });
  });

  test.each([
    ['de-AT', 'Ich stimme den [Nutzungsbedingungen](https://shop.example.com/terms) zu'],
    ['tlh', 'I agree to the [Terms of Service](https://shop.example.com/terms)'],
    ['constructor', 'I agree to the [Terms of Service](https://shop.example.com/terms)'],
  ])('is the terms in the language of the storefront, else in English: %s', async (locale, message) => {
    await shop.offers({ termsUrl: 'https://shop.example.com/terms' });
    const request = await requestOf(await shop.checkout({ items: [{ sku: 'ebook', quantity: 1 }], locale }));
    expect(request).toMatchObject({ custom_text: { terms_of_service_acceptance: { message } } });
  });

  test.each([
    ['eur', 10_000, 590],
    ['jpy', 3000, 800],
    ['isk', 150_000, 90_000],
    ['kwd', 12_500, 1500],
  ])('is charged, kept on the order, and shipped: %s', async (currency, amount, postage) => {
    const { world } = shop;
    const sku = `offered-${currency}`;
    await world.product(sku, { amount, currency, stock: 5 });
    const code = `TENTH-${currency}`;
    const coupon = await world.stripe.coupons.create({ percent_off: 10 });
    await world.stripe.promotionCodes.create({ promotion: { type: 'coupon', coupon: coupon.id }, code });
    const rate = (name: string, price: number) => ({
      ...{ name, countries: ['DE', 'AT'], prices: [{ amount: price, currency }] },
    });
    await shop.offers({
      shippingRates: [rate('Post', postage), rate('Courier', postage * 2)],
      ...{ automaticTax: true, promotionCodes: true, invoices: true },
    });
    const { body } = await shop.checkout({ items: [{ sku, quantity: 2 }], country: 'AT' });
    const order = await world.paid(body.sessionId, { shippingOption: 1, promotionCode: code });
    const discount = (2 * amount) / 10;
    const shipping = 2 * postage;
    const tax = (2 * amount - discount + shipping) / 5;
    expect(order).toMatchObject({
      ...{ status: 'PREPARING', attentionStep: null, currency, taxIncluded: 0n },
      ...{ subtotal: BigInt(2 * amount), discount: BigInt(discount), shipping: BigInt(shipping), tax: BigInt(tax) },
      total: BigInt(2 * amount - discount + shipping + tax),
      customer: {
        address: { country: 'AT' },
        invoice: { id: expect.stringMatching(/^in_/), url: expect.stringContaining('/invoices/in_') },
      },
    });
  });

  test('is an invoice that staff and the customer’s mail link, and nobody else', async () => {
    const { world } = shop;
    await shop.offers({ invoices: true });
    const { body } = await shop.checkout({ items: [{ sku: 'ebook', quantity: 1 }], email: 'ada@example.com' });
    const { number, customer } = await world.paid(body.sessionId);
    const staff = { authorization: `Bearer ${world.env.ADMIN_TOKEN}` };
    const { body: admin } = await shop.http.get(`/admin/orders/${number}`).set(staff);
    expect(admin.invoice).toEqual(customer?.invoice);
    const { url } = admin.invoice;
    await world.mailed(body.sessionId, 2);
    const seen = await shop.http.get(`/orders/${body.sessionId}`);
    expect(JSON.stringify(seen.body)).not.toContain('/invoices/');
    const mails = await world.db.mail.findMany({ where: { sessionId: body.sessionId } });
    const linking = mails.filter(({ html }) => html?.includes(url)).map(({ template }) => template);
    expect(linking).toEqual(['order_confirmation']);
  });

  test('is an invoice without links while Stripe does not show it, which holds no order up', async () => {
    const { world } = shop;
    const unreadable = { kind: 'invalid', message: 'No.', match: { method: 'GET', path: '^/v1/invoices/' }, times: 1 };
    const { lookAtSession } = checkout(world.deps());
    await shop.offers({ invoices: true });
    const { body } = await shop.checkout({ items: [{ sku: 'ebook', quantity: 1 }] });
    await world.at('/faults', unreadable);
    const { customer, status } = await world.paid(body.sessionId);
    const id = expect.stringMatching(/^in_/);
    expect([status, customer?.invoice]).toEqual(['COMPLETED', { id, url: null, pdf: null }]);

    await lookAtSession(body);
    const linked = (await world.order(body.sessionId)).customer?.invoice;
    expect(linked).toEqual({ id, url: expect.any(String), pdf: expect.any(String) });
    await world.at('/faults', unreadable);
    await lookAtSession(body);
    expect((await world.order(body.sessionId)).customer?.invoice).toEqual(linked);
  });
});

test('tax inside the prices and the shipping is no part of the total, and all of it is shipped', async () => {
  const { world } = shop;
  await world.product('inside', { amount: 12_000, stock: 5 });
  const { stripePriceId } = await world.db.price.findFirstOrThrow({ where: { sku: 'inside' } });
  await world.stripe.prices.update(stripePriceId as string, { tax_behavior: 'inclusive' });
  await world.db.product.update({ where: { sku: 'inside' }, data: { taxBehavior: 'inclusive' } });
  const prices = [{ amount: 1200, currency: 'eur' }];
  await shop.offers({ shippingRates: [{ name: 'Post', countries: ['AT'], prices }], automaticTax: true });
  const { body } = await shop.checkout({ items: [{ sku: 'inside', quantity: 2 }] });
  await shop.offers();
  expect(await world.paid(body.sessionId)).toMatchObject({
    ...{ status: 'PREPARING', subtotal: 24_000n, shipping: 1200n, total: 25_200n },
    ...{ tax: 4200n, taxIncluded: 4200n },
  });
});

describe('an e-mail address', () => {
  const items = [{ sku: 'ebook', quantity: 1 }];

  test.each(['ada', '@', 'ada lovelace@example.com', 'ada\n@example.com', `${'a'.repeat(300)}@example.com`, ''])(
    'that is none is left out: %j',
    async (email) => {
      const before = await created();
      expect((await shop.checkout({ items, email })).status).toBe(201);
      expect(await lastRequest()).not.toHaveProperty('customer_email');
      expect(await created()).toBe(before + 1);
    },
  );

  test('that Stripe refuses is left out, and the session made again without it', async () => {
    const key = { 'idempotency-key': 'two-dots-in-a-row' };
    const asked = { items, email: 'ada..l@docomo.ne.jp' };
    const answer = await shop.checkout(asked, key);
    expect(answer.status).toBe(201);
    const [refused, made] = (await shop.askedOfStripe('POST', CREATE)).slice(-2);
    expect(refused).toMatchObject({ status: 400, params: { customer_email: 'ada..l@docomo.ne.jp' } });
    expect(made).toMatchObject({ status: 200 });
    expect(made?.params).not.toHaveProperty('customer_email');
    // The request that was written down is the one that Stripe took.
    const { request, stripeKey } = await shop.world.db.checkout.findFirstOrThrow({
      where: { sessionId: answer.body.sessionId },
    });
    expect(request).not.toHaveProperty('customer_email');
    expect(stripeKey).toMatch(/^checkout\/.*\/no-email$/);
    expect((await shop.checkout(asked, key)).body).toEqual(answer.body);
  });
});

describe('a body', () => {
  const item = { sku: 'mug', quantity: 1 };
  test.each<[string, unknown, string]>([
    ['without items', {}, 'items'],
    ['with no items', { items: [] }, 'items'],
    ['with 51 items', { items: Array(51).fill(item) }, 'items'],
    ['with 10,000 items', { items: Array(10_000).fill(item) }, 'items'],
    ['with quantity 0', { items: [{ ...item, quantity: 0 }] }, 'items.0.quantity'],
    ['with a negative quantity', { items: [{ ...item, quantity: -1 }] }, 'items.0.quantity'],
    ['with half a quantity', { items: [{ ...item, quantity: 1.5 }] }, 'items.0.quantity'],
    ['with quantity 100', { items: [{ ...item, quantity: 100 }] }, 'items.0.quantity'],
    [
      'with 100 of one on two lines',
      {
        items: [
          { ...item, quantity: 50 },
          { ...item, quantity: 50 },
        ],
      },
      'items',
    ],
    ['with a price', { items: [item], amount: 1 }, ''],
    ['with a price on a line', { items: [{ ...item, unitAmount: 1 }] }, 'items.0'],
    ['with an e-mail that is no text', { items: [item], email: 7 }, 'email'],
    ['with a userId of 201 characters', { items: [item], userId: 'x'.repeat(201) }, 'userId'],
    ['with a NUL in it', { items: [item], userId: 'a\0b' }, 'userId'],
    ['with half a surrogate pair in it', { items: [item], userId: 'a\ud800' }, 'userId'],
    ['with a country in lower case', { items: [item], country: 'de' }, 'country'],
    ['with a country of three letters', { items: [item], country: 'DEU' }, 'country'],
    ['with a country that is none', { items: [item], country: 'XX' }, 'country'],
    ['with an empty country', { items: [item], country: '' }, 'country'],
    ['with a currency that is none', { items: [item], currency: 'euro' }, 'currency'],
    ['that is a list', [item], ''],
    ['that is null', null, ''],
  ])('%s is refused, with the path of the error', async (_what, body, path) => {
    const before = await created();
    const answer = await shop.http.post('/checkout').set('content-type', 'application/json').send(JSON.stringify(body));
    expect(answer.status).toBe(400);
    expect(answer.type).toBe('application/problem+json');
    expect(answer.body).toMatchObject({ code: 'invalid_request', status: 400 });
    expect(answer.body.errors.map((error: { path: string }) => error.path)).toContain(path);
    expect(answer.body.errors.length).toBeLessThanOrEqual(50);
    expect(await created()).toBe(before);
  });

  test('that is not JSON is refused', async () => {
    const answer = await shop.http.post('/checkout').set('content-type', 'application/json').send('{"items":');
    expect([answer.status, answer.body.code]).toEqual([400, 'invalid_request']);
  });

  test('that is missing is refused', async () => {
    const answer = await shop.http.post('/checkout');
    expect([answer.status, answer.body.code]).toEqual([400, 'invalid_request']);
  });

  test.each(['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x'])(
    'of type %s is refused',
    async (type) => {
      const answer = await shop.http.post('/checkout').set('content-type', type).send('items=1');
      expect([answer.status, answer.body.code]).toEqual([415, 'unsupported_media_type']);
    },
  );

  test('over a megabyte is refused', async () => {
    const answer = await shop.checkout({ items: [item], userId: 'x'.repeat(1_100_000) });
    expect([answer.status, answer.body.code]).toEqual([413, 'payload_too_large']);
  });
});

describe('a cart that cannot be bought', () => {
  test('an unknown SKU', async () => {
    const answer = await shop.checkout({
      items: [
        { sku: 'mug', quantity: 1 },
        { sku: 'no-such', quantity: 1 },
      ],
    });
    expect([answer.status, answer.body.code, answer.body.skus]).toEqual([404, 'unknown_sku', ['no-such']]);
  });

  test('a SKU that is no longer for sale', async () => {
    await shop.world.product('old', { stock: 5 });
    await shop.world.db.product.update({ where: { sku: 'old' }, data: { active: false } });
    const answer = await shop.checkout({ items: [{ sku: 'old', quantity: 1 }] });
    expect([answer.status, answer.body.code]).toEqual([404, 'unknown_sku']);
  });

  test('more than is available: no call to Stripe', async () => {
    const before = await created();
    const answer = await shop.checkout({
      items: [
        { sku: 'poster', quantity: 3 },
        { sku: 'mug', quantity: 1 },
      ],
    });
    expect([answer.status, answer.body.code]).toEqual([409, 'out_of_stock']);
    expect(answer.body.items).toEqual([{ sku: 'poster', requested: 3, available: 2 }]);
    expect(await created()).toBe(before);
  });
});

describe('a bundle', () => {
  const box = (quantity: number) => ({ sku: 'box', quantity });
  const heldOf = async (sku: string) => (await shop.world.stock(sku)).held;
  beforeAll(async () => {
    const { world } = shop;
    await world.product('vase', { amount: 1000, stock: 5 });
    await world.product('tag', { amount: 500, stock: 20 });
    // A vase, two tags and the ebook, which cost 2900 alone.
    const contents = [
      { sku: 'vase', quantity: 1 },
      { sku: 'tag', quantity: 2 },
      { sku: 'ebook', quantity: 1 },
    ];
    await world.sellBundle('box', contents, { amount: 2501 });
  });

  test('is one line at Stripe at its own price, and holds what is in it', async () => {
    const { body } = await shop.checkout({ items: [box(1), { sku: 'tag', quantity: 3 }] });
    const { line_items } = await lastRequest();
    expect(line_items).toMatchObject([{ metadata: { sku: 'box' }, quantity: '1' }, { metadata: { sku: 'tag' } }]);
    const order = await shop.world.order(body.sessionId);
    expect(order).toMatchObject({ subtotal: 4001n, stock: 'HELD', bundles: [{ sku: 'box', quantity: 1 }] });
    expect(order.items.map(({ sku, kind, quantity, total }) => [sku, kind, quantity, total])).toEqual([
      ['vase', 'PHYSICAL', 1, 862n],
      ['tag', 'PHYSICAL', 5, 862n + 1500n],
      ['ebook', 'DIGITAL', 1, 777n],
    ]);
    expect([await heldOf('vase'), await heldOf('tag')]).toEqual([1, 5]);
    const document = (await shop.http.get(`/orders/${body.sessionId}`)).body;
    expect(document.amounts.subtotal.amount).toBe(4001);
    expect(document.bought).toEqual([
      {
        ...{ sku: 'box', name: 'The box', quantity: 1 },
        ...{ unitAmount: { amount: 2501, currency: 'eur' }, total: { amount: 2501, currency: 'eur' } },
        contents: [
          { sku: 'vase', name: 'The vase', quantity: 1 },
          { sku: 'tag', name: 'The tag', quantity: 2 },
          { sku: 'ebook', name: 'The ebook', quantity: 1 },
        ],
      },
      expect.objectContaining({ sku: 'tag', quantity: 3, total: { amount: 1500, currency: 'eur' } }),
    ]);
    const page = await shop.http.get(`/orders/${body.sessionId}/view`);
    expect(page.text).toMatch(/The box<div class="hint">The vase<\/div><div class="hint">2 × The tag<\/div>/);
    await shop.http.post(`/orders/${body.sessionId}/abandon`).expect(202);
    shop.world.know(body.sessionId);
    await shop.world.end(body.sessionId);
    expect([await heldOf('vase'), await heldOf('tag')]).toEqual([0, 0]);
  });

  test('of which too little is left is refused by its own SKU, with how many there are', async () => {
    const before = await created();
    const answer = await shop.checkout({ items: [{ sku: 'vase', quantity: 2 }, box(4)] });
    expect(answer.body).toMatchObject({
      code: 'out_of_stock',
      items: [{ sku: 'box', requested: 4, available: 3 }],
    });
    expect(await created()).toBe(before);
  });

  test('that is paid is shipped, returned and refunded by what is in it, and its sums stay right', async () => {
    const { world } = shop;
    const { body } = await shop.checkout({ items: [box(2)] });
    const id = body.sessionId;
    expect(await world.paid(id)).toMatchObject({ status: 'PREPARING', attentionStep: null, total: 5002n });
    expect([await world.stock('vase'), await world.stock('tag')]).toEqual([
      { onHand: 3, held: 0 },
      { onHand: 16, held: 0 },
    ]);
    expect((await shop.http.get(`/orders/${id}`)).body.downloads).toMatchObject([{ sku: 'ebook', remaining: 5 }]);
    const parcel = (...items: object[]) => ({ carrier: 'DHL', trackingNumber: `box-${items.length}`, items });
    const whole = await shop.staffStep(id, 'ship', null, parcel(box(1)));
    expect([whole.status, whole.body.detail]).toEqual([409, expect.stringContaining('box: 0 unshipped, 1 asked')]);
    const part = parcel({ sku: 'vase', quantity: 2 }, { sku: 'tag', quantity: 1 });
    expect((await shop.staffStep(id, 'ship', null, part)).body.status).toBe('PREPARING');
    const items = [{ sku: 'vase', quantity: 1 }];
    const returned = await shop.staffStep(id, 'returns', 'back', { items, condition: 'restock', refund: {} });
    expect([returned.status, returned.body.refunded]).toEqual([200, { amount: 862, currency: 'eur' }]);
    const rest = await shop.staffStep(id, 'refund', 'rest', { reason: 'other' });
    expect(rest.body).toMatchObject({ status: 'REFUNDED', refunded: { amount: 5002 }, downloads: [] });
    // A vase came back, and one is with the customer; of the tags, three never left.
    expect([await world.stock('vase'), await world.stock('tag')]).toEqual([
      { onHand: 4, held: 0 },
      { onHand: 19, held: 0 },
    ]);
  });

  test('has something of it exchanged for what costs as much alone, and is then shown as what is delivered', async () => {
    const { world } = shop;
    await world.product('postcard', { amount: 500, stock: 1 });
    const { body } = await shop.checkout({ items: [box(1)] });
    await world.paid(body.sessionId);
    const items = [{ sku: 'tag', quantity: 1, with: 'postcard' }];
    const exchanged = await shop.staffStep(body.sessionId, 'replace', 'other-card', { items });
    expect([exchanged.status, exchanged.body.items]).toEqual([
      200,
      [
        expect.objectContaining({ sku: 'vase', total: { amount: 862, currency: 'eur' } }),
        expect.objectContaining({ sku: 'tag', quantity: 1, total: { amount: 431, currency: 'eur' } }),
        expect.objectContaining({ sku: 'ebook', total: { amount: 777, currency: 'eur' } }),
        expect.objectContaining({ sku: 'postcard', quantity: 1, total: { amount: 431, currency: 'eur' } }),
      ],
    ]);
    expect(exchanged.body.bought).toEqual(exchanged.body.items.map((item: object) => ({ ...item, contents: null })));
    const nested = await shop.staffStep(body.sessionId, 'replace', 'nested', { items: [{ ...items[0], with: 'box' }] });
    expect([nested.status, nested.body.detail]).toEqual([409, expect.stringContaining('box is a bundle')]);
  });

  test('shares its price out by what its contents cost shoppers alone, not by prices that wait for Stripe', async () => {
    const { world } = shop;
    await world.product('pan', { amount: 1000, stock: 2 });
    await world.product('lid', { amount: 1000, stock: 3 });
    await world.sellBundle('set', [
      { sku: 'pan', quantity: 1 },
      { sku: 'lid', quantity: 1 },
    ]);
    const change = { kind: 'PHYSICAL', name: 'The lid', prices: [{ amount: 3000, currency: 'eur' }] };
    const staff = { authorization: `Bearer ${world.env.ADMIN_TOKEN}` };
    expect((await shop.api.http.put('/admin/products/lid').set(staff).send(change)).status).toBe(200);
    const { body } = await shop.checkout({ items: [{ sku: 'set', quantity: 1 }] });
    const { items } = await world.paid(body.sessionId).then(() => world.order(body.sessionId));
    expect(items.map(({ sku, total }) => [sku, total])).toEqual([
      ['pan', 1000n],
      ['lid', 1000n],
    ]);
    const open = { currency: 'eur', minimum: 100, suggested: 700 };
    const chosen = { ...change, prices: [], payWhatYouWant: open };
    expect((await shop.api.http.put('/admin/products/lid').set(staff).send(chosen)).status).toBe(200);
    const other = { items: [{ sku: 'pan', quantity: 1, with: 'lid' }] };
    expect((await shop.staffStep(body.sessionId, 'replace', 'lid', other)).status).toBe(200); // it still costs as much
  });

  test('and its contents alone race for the last: nothing is sold twice, and both hear it in terms of the cart', async () => {
    const { world } = shop;
    await world.product('last-vase', { stock: 1 });
    await world.sellBundle('last-box', [{ sku: 'last-vase', quantity: 1 }]);
    const carts = ['last-vase', 'last-box', 'last-box', 'last-vase'];
    const answers = await Promise.all(carts.map((sku) => shop.checkout({ items: [{ sku, quantity: 1 }] })));
    expect(answers.map(({ status }) => status).sort()).toEqual([201, 409, 409, 409]);
    answers.forEach(({ status, body }, index) => {
      if (status === 409) expect(body.items).toEqual([{ sku: carts[index], requested: 1, available: 0 }]);
    });
    expect(await world.stock('last-vase')).toEqual({ onHand: 1, held: 1 });
  });
});

describe('currencies', () => {
  beforeAll(async () => {
    await shop.world.product('cap', { amount: 1500, currency: 'usd', stock: 50 });
    const { stripe, db } = shop.world;
    const product = await stripe.products.create({ name: 'The cap' });
    const price = await stripe.prices.create({ product: product.id, unit_amount: 1400, currency: 'eur' });
    await db.price.create({
      data: { sku: 'cap', currency: 'eur', amount: 1400, stripePriceId: price.id, position: 1, createdAt: new Date() },
    });
  });

  test('none: the first item’s first currency is used', async () => {
    const { body } = await shop.checkout({ items: [{ sku: 'cap', quantity: 1 }] });
    expect(await shop.world.order(body.sessionId)).toMatchObject({ currency: 'usd', total: 1500n });
  });

  test('a requested one is used', async () => {
    const { body } = await shop.checkout({
      items: [
        { sku: 'cap', quantity: 1 },
        { sku: 'mug', quantity: 1 },
      ],
      currency: 'eur',
    });
    expect(await shop.world.order(body.sessionId)).toMatchObject({ currency: 'eur', total: 2650n });
  });

  test('one in which an item is not sold is refused', async () => {
    const answer = await shop.checkout({
      items: [
        { sku: 'cap', quantity: 1 },
        { sku: 'mug', quantity: 1 },
      ],
    });
    expect([answer.status, answer.body]).toEqual([
      409,
      expect.objectContaining({ code: 'currency_unavailable', skus: ['mug'] }),
    ]);
  });
});

describe('pay what you want', () => {
  beforeAll(async () => {
    const { stripe, db } = shop.world;
    const at = new Date();
    const product = await stripe.products.create({ name: 'The song' });
    const price = await stripe.prices.create({
      product: product.id,
      currency: 'eur',
      custom_unit_amount: { enabled: true, minimum: 100, preset: 500 },
    });
    const asked = { currency: 'eur', amount: 500, minimum: 100, createdAt: at };
    await db.product.create({
      data: {
        sku: 'song',
        name: 'The song',
        kind: 'DIGITAL',
        createdAt: at,
        updatedAt: at,
        prices: { create: [{ ...asked, stripePriceId: price.id }] },
      },
    });
    await db.product.create({
      data: {
        sku: 'unmade',
        name: 'Unmade',
        kind: 'DIGITAL',
        createdAt: at,
        updatedAt: at,
        prices: { create: [asked] },
      },
    });
  });

  test('must be bought alone', async () => {
    const answer = await shop.checkout({ items: [{ sku: 'song', quantity: 1 }] });
    expect(answer.status).toBe(201);
  });

  test.each([
    [[{ sku: 'song', quantity: 2 }]],
    [
      [
        { sku: 'song', quantity: 1 },
        { sku: 'mug', quantity: 1 },
      ],
    ],
  ])('is refused with more: %j', async (items) => {
    const answer = await shop.checkout({ items });
    expect([answer.status, answer.body.code]).toEqual([400, 'invalid_request']);
  });

  test('is not sold before its price was made at Stripe', async () => {
    const answer = await shop.checkout({ items: [{ sku: 'unmade', quantity: 1 }] });
    expect([answer.status, answer.body.code]).toEqual([409, 'not_for_sale']);
  });
});

describe('the race for the last', () => {
  test('30 shoppers: one holds it, 29 hear that it is gone, nothing leaks and no session stays open', async () => {
    await shop.world.product('last', { stock: 1 });
    const answers = await Promise.all(
      Array.from({ length: 30 }, () => shop.checkout({ items: [{ sku: 'last', quantity: 1 }] })),
    );
    const statuses = answers.map(({ status, body }) => (status === 201 ? '201' : `${status} ${body.code}`)).sort();
    expect(statuses).toEqual(['201', ...Array(29).fill('409 out_of_stock')]);
    expect(await shop.world.stock('last')).toEqual({ onHand: 1, held: 1 });
    for (const { body } of answers.filter(({ status }) => status === 409))
      expect(body.items).toEqual([{ sku: 'last', requested: 1, available: 0 }]);
    const made = await shop.world.db.checkout.findMany({ where: { lines: { array_contains: [{ sku: 'last' }] } } });
    const won = answers.find(({ status }) => status === 201)?.body.sessionId;
    for (const { sessionId } of made) {
      if (sessionId === null || sessionId === won) continue;
      shop.world.know(sessionId as never);
      expect(await shop.world.end(sessionId as never)).toBe('CANCELLED');
      expect((await shop.world.stripe.checkout.sessions.retrieve(sessionId)).status).toBe('expired');
    }
  });
});

test('INSTALLATION_ID is in the metadata of the session, instead of the id that the database has', async () => {
  const api = await shop.another({ INSTALLATION_ID: 'the-staging-system' });
  const { body } = await api.http
    .post('/checkout')
    .send({ items: [{ sku: 'mug', quantity: 1 }] })
    .expect(201);
  const { metadata } = await shop.world.stripe.checkout.sessions.retrieve(body.sessionId);
  expect(metadata?.[METADATA.installation]).toBe('the-staging-system');
  await api.close();
});

test('the address that a checkout comes from is kept only if the shop wants it, and never that of a storefront’s server', async () => {
  const key = 'k'.repeat(24);
  const env = { STOREFRONT_KEYS: [{ name: 'web', secret: key }], KEEP_SHOPPER_IP: true };
  const api = await shop.another(env);
  const ipOf = async (of: Api, headers: Record<string, string> = {}) => {
    const { body } = await of.http
      .post('/checkout')
      .set(headers)
      .send({ items: [{ sku: 'ebook', quantity: 1 }] });
    return (await shop.world.stripe.checkout.sessions.retrieve(body.sessionId)).metadata?.[METADATA.shopperIp];
  };
  const server = { authorization: `Bearer ${key}` };
  expect(await ipOf(api)).toMatch(/127\.0\.0\.1$/);
  expect(await ipOf(api, { ...server, 'holdfast-shopper': '203.0.113.7' })).toBe('203.0.113.7');
  expect(await ipOf(api, { ...server, 'holdfast-shopper': 'user-7' })).toBeUndefined();
  expect(await ipOf(api, server)).toBeUndefined();
  expect(await ipOf(shop.api)).toBeUndefined();
});
