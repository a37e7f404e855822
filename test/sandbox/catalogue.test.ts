import { openSession, type Rig, refusal, startRig } from './rig';

let rig: Rig;
beforeAll(async () => {
  rig = await startRig();
});
afterAll(() => rig.end());

test('a product is created under its own id, changed, listed and deleted', async () => {
  const { products } = rig.stripe;
  const created = await products.create({ id: 'mug', name: 'Mug', metadata: { sku: 'MUG', colour: 'blue' } });
  expect(created).toMatchObject({
    id: 'mug',
    object: 'product',
    active: true,
    livemode: false,
    images: [],
    default_price: null,
  });
  expect(await refusal(products.create({ id: 'mug', name: 'Mug' }))).toMatchObject({ code: 'resource_already_exists' });

  const changed = await products.update('mug', {
    name: 'Big mug',
    description: 'Holds much',
    metadata: { colour: '', size: 'L' },
  });
  expect(changed).toMatchObject({ name: 'Big mug', description: 'Holds much', metadata: { sku: 'MUG', size: 'L' } });
  expect(changed.metadata).not.toHaveProperty('colour');
  expect((await products.update('mug', { description: '', metadata: '' })).description).toBeNull();
  expect((await products.retrieve('mug')).metadata).toEqual({});

  await products.create({ name: 'Other', active: false });
  expect((await products.list({ active: true })).data.map(({ id }) => id)).toEqual(['mug']);
  expect((await products.list({ ids: ['mug'] })).data).toHaveLength(1);
  expect(await products.del('mug')).toEqual(expect.objectContaining({ id: 'mug', deleted: true }));
  expect(await refusal(products.retrieve('mug'))).toMatchObject({ statusCode: 404 });
});

test('a product with prices cannot be deleted', async () => {
  const product = await rig.stripe.products.create({
    name: 'Cup',
    default_price_data: { currency: 'eur', unit_amount: 500 },
  });
  expect(product.default_price).toMatch(/^price_/);
  expect((await refusal(rig.stripe.products.del(product.id))).message).toMatch(/user-created prices/);
});

test('a price has an amount in each of several currencies, shown when expanded', async () => {
  const { prices } = rig.stripe;
  const { id: product } = await rig.stripe.products.create({ name: 'Everywhere' });
  const made = await prices.create({
    ...{ product, currency: 'eur', unit_amount: 1000 },
    currency_options: { jpy: { unit_amount: 1600 } },
  });
  expect(await prices.retrieve(made.id)).not.toHaveProperty('currency_options');
  const expanded = await prices.retrieve(made.id, { expand: ['currency_options'] });
  expect(expanded.currency_options).toMatchObject({ eur: { unit_amount: 1000 }, jpy: { unit_amount: 1600 } });
  const line_items = [{ price: made.id, quantity: 2 }];
  expect(await openSession(rig, { line_items, currency: 'jpy' })).toMatchObject({
    currency: 'jpy',
    amount_total: 3200,
  });
  expect(await openSession(rig, { line_items })).toMatchObject({ currency: 'eur', amount_total: 2000 });
  expect(await refusal(openSession(rig, { line_items, currency: 'usd' }))).toMatchObject({
    param: 'line_items[0][price]',
  });
});

test.each([
  ['isk', 550],
  ['ugx', 1],
  ['kwd', 1005],
])('an amount that %s cannot have is refused', async (currency, unit_amount) => {
  const price_data = { currency, unit_amount, product_data: { name: 'Mug' } };
  expect(await refusal(openSession(rig, { line_items: [{ price_data, quantity: 1 }] }))).toMatchObject({
    code: 'invalid_charge_amount_no_decimal_compatible',
  });
});

test('a lookup key belongs to one price, and moves only on request', async () => {
  const { prices } = rig.stripe;
  const first = await prices.create({
    product_data: { name: 'Mug' },
    currency: 'eur',
    unit_amount: 1000,
    lookup_key: 'mug',
  });
  const again = { product: first.product as string, currency: 'eur', unit_amount: 1200, lookup_key: 'mug' };
  expect((await refusal(prices.create(again))).message).toBe(`A price (\`${first.id}\`) already uses that lookup key.`);
  const second = await prices.create({ ...again, transfer_lookup_key: true });
  expect((await prices.retrieve(first.id)).lookup_key).toBeNull();
  expect((await prices.list({ lookup_keys: ['mug'] })).data.map(({ id }) => id)).toEqual([second.id]);
  expect(second).toMatchObject({ unit_amount: 1200, type: 'one_time', custom_unit_amount: null });
  expect(String(second.unit_amount_decimal)).toBe('1200');
});

test('a price is either fixed or chosen by the buyer', async () => {
  const { prices } = rig.stripe;
  const base = { product_data: { name: 'Tip' }, currency: 'eur' };
  expect(await refusal(prices.create(base))).toMatchObject({ code: 'parameter_missing' });
  expect(
    await refusal(prices.create({ ...base, unit_amount: 100, custom_unit_amount: { enabled: true } })),
  ).toMatchObject({ statusCode: 400 });
  const chosen = await prices.create({ ...base, custom_unit_amount: { enabled: true, minimum: 300, preset: 800 } });
  expect(chosen).toMatchObject({ unit_amount: null, custom_unit_amount: { minimum: 300, preset: 800, maximum: null } });
  expect(await refusal(prices.create({ ...base, unit_amount: -1 }))).toMatchObject({
    code: 'parameter_invalid_integer',
    param: 'unit_amount',
  });
});

test('a customer is created, changed and found by e-mail', async () => {
  const { customers } = rig.stripe;
  const { id } = await customers.create({ email: 'a@example.com', metadata: { user: '1' } });
  await customers.update(id, { name: 'Ada' });
  expect((await customers.list({ email: 'a@example.com' })).data).toMatchObject([
    { id, name: 'Ada', metadata: { user: '1' } },
  ]);
});

test('a shipping rate is kept in several currencies, offered by its id, and no longer once it is archived', async () => {
  const { shippingRates } = rig.stripe;
  const fixed_amount = { amount: 490, currency: 'eur', currency_options: { jpy: { amount: 800 } } };
  const { id } = await shippingRates.create({ display_name: 'Post', type: 'fixed_amount', fixed_amount });
  expect((await shippingRates.retrieve(id)).fixed_amount).toEqual({ amount: 490, currency: 'eur' });
  const expanded = await shippingRates.retrieve(id, { expand: ['fixed_amount.currency_options'] });
  expect(expanded.fixed_amount?.currency_options).toMatchObject({ eur: { amount: 490 }, jpy: { amount: 800 } });
  expect((await shippingRates.list({ currency: 'jpy' })).data).toHaveLength(1);
  expect((await shippingRates.list({ currency: 'usd' })).data).toHaveLength(0);

  const inCurrency = (currency: string) =>
    openSession(rig, {
      line_items: [{ price_data: { currency, unit_amount: 1000, product_data: { name: 'Mug' } }, quantity: 1 }],
      shipping_options: [{ shipping_rate: id }],
    });
  expect(await inCurrency('jpy')).toMatchObject({ amount_total: 1800, shipping_cost: { shipping_rate: id } });
  expect(await refusal(inCurrency('usd'))).toMatchObject({ param: 'shipping_options[0][shipping_rate]' });
  await shippingRates.update(id, { active: false });
  expect(await refusal(inCurrency('eur'))).toMatchObject({ param: 'shipping_options[0][shipping_rate]' });
  const none = { shipping_options: [{ shipping_rate: 'shr_none' }] };
  expect(await refusal(openSession(rig, none))).toMatchObject({ code: 'resource_missing' });
});

test('a price says once whether it includes its tax, and a tax code has Stripe’s form', async () => {
  const { prices, products } = rig.stripe;
  const { id: product } = await products.create({ name: 'Taxed', tax_code: 'txcd_99999999' });
  const { id } = await prices.create({ product, currency: 'eur', unit_amount: 1000 });
  expect(await prices.update(id, { tax_behavior: 'inclusive' })).toMatchObject({ tax_behavior: 'inclusive' });
  expect(await refusal(prices.update(id, { tax_behavior: 'exclusive' }))).toMatchObject({ param: 'tax_behavior' });
  expect(await refusal(products.update(product, { tax_code: 'books' }))).toMatchObject({ code: 'resource_missing' });
  expect(await products.update(product, { tax_code: '' })).toMatchObject({ tax_code: null });
});
