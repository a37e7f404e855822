import type Stripe from 'stripe';
import { lineOf, openSession, paidSession, type Rig, refusal, startRig } from './rig';

let rig: Rig;
beforeEach(async () => {
  rig = await startRig();
});
afterEach(() => rig.end());

const now = () => Math.floor(Date.now() / 1000);
const MINUTE = 60;

const shippingOf = (amount: number, currency: string): Stripe.Checkout.SessionCreateParams.ShippingOption => ({
  shipping_rate_data: { display_name: 'Post', type: 'fixed_amount', fixed_amount: { amount, currency } },
});
const POST = shippingOf(490, 'eur');

describe('create', () => {
  test('answers with a whole session, its PaymentIntent null until the shopper pays', async () => {
    const session = await openSession(rig, {
      line_items: [lineOf({ quantity: 2, metadata: { sku: 'MUG' } })],
      client_reference_id: 'ref',
      customer_email: 'a@example.com',
      metadata: { order: 'H-1' },
      locale: 'de',
    });
    expect(session).toMatchObject({
      id: expect.stringMatching(/^cs_test_/),
      object: 'checkout.session',
      status: 'open',
      payment_status: 'unpaid',
      payment_intent: null,
      mode: 'payment',
      ui_mode: 'hosted_page',
      livemode: false,
      currency: 'eur',
      amount_subtotal: 2500,
      amount_total: 2500,
      total_details: { amount_discount: 0, amount_shipping: 0, amount_tax: 0 },
      client_reference_id: 'ref',
      customer_email: 'a@example.com',
      metadata: { order: 'H-1' },
      locale: 'de',
      url: `${rig.sandbox.url}/pay/${session.id}`,
    });
    expect(session.expires_at).toBe(session.created + 24 * 60 * MINUTE);
    expect(session).not.toHaveProperty('line_items');
  });

  test.each([
    [
      '29 minutes',
      29 * MINUTE,
      'The `expires_at` timestamp must be at least 30 minutes from Checkout Session creation.',
    ],
    [
      '25 hours',
      25 * 60 * MINUTE,
      'The `expires_at` timestamp must be less than 24 hours from Checkout Session creation.',
    ],
  ])('refuses to expire in %s', async (_text, ahead, words) => {
    const error = await refusal(openSession(rig, { expires_at: now() + ahead }));
    expect(error).toMatchObject({ statusCode: 400, param: 'expires_at', message: words });
  });

  test('limits expires_at by the sandbox’s clock', async () => {
    await rig.control('POST', '/clock', { advanceMs: 60 * MINUTE * 1000 });
    expect(await refusal(openSession(rig, { expires_at: now() + 80 * MINUTE }))).toMatchObject({ param: 'expires_at' });
    expect(await openSession(rig, { expires_at: now() + 91 * MINUTE })).toMatchObject({ status: 'open' });
  });

  test.each<[string, Partial<Stripe.Checkout.SessionCreateParams>, string]>([
    ['a reference over 200 characters', { client_reference_id: 'x'.repeat(201) }, 'client_reference_id'],
    ['an invalid address', { success_url: '/success' }, 'success_url'],
    ['an invalid e-mail', { customer_email: 'nobody' }, 'customer_email'],
    ['an unknown price', { line_items: [{ price: 'price_nobody', quantity: 1 }] }, 'line_items[0][price]'],
    ['no quantity', { line_items: [{ ...lineOf(), quantity: undefined as never }] }, 'line_items[0][quantity]'],
    ['a negative quantity', { line_items: [lineOf({ quantity: -1 })] }, 'line_items[0][quantity]'],
    ['over a hundred lines', { line_items: Array.from({ length: 101 }, () => lineOf()) }, 'line_items'],
    [
      'a country without addresses',
      { shipping_address_collection: { allowed_countries: ['DE', 'KP'] } },
      'shipping_address_collection[allowed_countries][1]',
    ],
    [
      'a shipping option that is two',
      { shipping_options: [{ ...POST, shipping_rate: 'shr_x' }] },
      'shipping_options[0]',
    ],
    ['a sixth shipping option', { shipping_options: Array.from({ length: 6 }, () => POST) }, 'shipping_options'],
    [
      'shipping in another currency',
      { line_items: [lineOf()], currency: 'eur', shipping_options: [POST, shippingOf(500, 'usd')] },
      'shipping_options[1][shipping_rate_data]',
    ],
    [
      'shipping at what its currency cannot have',
      { shipping_options: [shippingOf(550, 'isk')] },
      'shipping_options[0][shipping_rate_data][fixed_amount][amount]',
    ],
    [
      'an invoice of a setup',
      { mode: 'setup', currency: 'eur', line_items: [], invoice_creation: { enabled: true } },
      'invoice_creation',
    ],
    ['two e-mails', { customer: 'cus_x', customer_email: 'a@example.com' }, 'customer_email'],
  ])('refuses %s', async (_text, params, param) => {
    expect(await refusal(openSession(rig, params))).toMatchObject({ statusCode: 400, param });
  });

  test('refuses an old ui_mode in Stripe’s words, and says which modes it does not have itself', async () => {
    expect((await refusal(openSession(rig, { ui_mode: 'hosted' }))).message).toBe(
      'Invalid ui_mode: must be one of elements, embedded_page, form, or hosted_page',
    );
    expect((await refusal(openSession(rig, { ui_mode: 'embedded_page' }))).message).toMatch(
      /^This sandbox does not support/,
    );
    expect((await refusal(openSession(rig, { mode: 'subscription' }))).message).toMatch(
      /^This sandbox does not support/,
    );
  });

  test('refuses a total too small to charge, but accepts zero', async () => {
    expect(await refusal(openSession(rig, { line_items: [lineOf({ amount: 49 })] }))).toMatchObject({
      code: 'amount_too_small',
    });
    expect(await openSession(rig, { line_items: [lineOf({ amount: 0 })] })).toMatchObject({ amount_total: 0 });
  });

  test('refuses an inactive price, and prices in two currencies', async () => {
    const price = await rig.stripe.prices.create({ product_data: { name: 'Mug' }, currency: 'usd', unit_amount: 900 });
    const lines = [lineOf(), { price: price.id, quantity: 1 }];
    expect((await refusal(openSession(rig, { line_items: lines }))).message).toMatch(/only supports `usd`/);
    await rig.stripe.prices.update(price.id, { active: false });
    expect((await refusal(openSession(rig, { line_items: [{ price: price.id, quantity: 1 }] }))).message).toBe(
      'The price specified is inactive. This field only accepts active prices.',
    );
  });

  test('accepts a pay-what-you-want price only alone, with quantity 1', async () => {
    const price = await rig.stripe.prices.create({
      product_data: { name: 'Album' },
      currency: 'eur',
      custom_unit_amount: { enabled: true, minimum: 300, preset: 800 },
    });
    const alone = { price: price.id, quantity: 1 };
    expect(await refusal(openSession(rig, { line_items: [alone, lineOf()] }))).toMatchObject({ statusCode: 400 });
    expect(await refusal(openSession(rig, { line_items: [{ ...alone, quantity: 2 }] }))).toMatchObject({
      statusCode: 400,
    });
    const { id, amount_total } = await openSession(rig, { line_items: [alone] });
    expect(amount_total).toBe(800);
    expect(await rig.control('POST', `/sessions/${id}/pay`, { customAmount: 299 })).toHaveProperty('error');
    const { session } = await rig.control('POST', `/sessions/${id}/pay`, { customAmount: 1234 });
    expect(session).toMatchObject({ status: 'complete', amount_total: 1234 });
    const { data } = await rig.stripe.checkout.sessions.listLineItems(id);
    expect(data).toMatchObject([{ quantity: 1, amount_total: 1234, price: { id: price.id } }]);
  });
});

describe('line items', () => {
  const twelve = Array.from({ length: 12 }, (_, index) =>
    lineOf({ name: `Item ${index}`, amount: 100 + index, metadata: { sku: `SKU-${index}` } }),
  );

  test('are the first ten when expanded; the list pages through all', async () => {
    const { id } = await openSession(rig, { line_items: twelve });
    const { line_items } = await rig.stripe.checkout.sessions.retrieve(id, {
      expand: ['line_items.data.price.product'],
    });
    expect(line_items).toMatchObject({ has_more: true });
    expect(line_items?.data.map(({ metadata }) => metadata?.sku)).toEqual(
      [...Array(10)].map((_, index) => `SKU-${index}`),
    );
    expect(line_items?.data[0]?.price?.product).toMatchObject({ object: 'product', name: 'Item 0' });

    const names: string[] = [];
    for await (const { description } of rig.stripe.checkout.sessions.listLineItems(id, { limit: 5 }))
      names.push(description ?? '');
    expect(names).toEqual(twelve.map((_, index) => `Item ${index}`));
    expect((await rig.stripe.checkout.sessions.listLineItems(id, { limit: 100 })).has_more).toBe(false);
  });

  test('share a discount to the last cent', async () => {
    const coupon = await rig.stripe.coupons.create({ percent_off: 33 });
    const { id } = await openSession(rig, {
      line_items: [lineOf({ amount: 100 }), lineOf({ amount: 200 }), lineOf({ amount: 50 })],
      discounts: [{ coupon: coupon.id }],
    });
    const session = await rig.stripe.checkout.sessions.retrieve(id, { expand: ['line_items'] });
    const lines = session.line_items?.data ?? [];
    expect(session).toMatchObject({ amount_subtotal: 350, amount_total: 234, total_details: { amount_discount: 116 } });
    expect(lines.reduce((sum, line) => sum + line.amount_discount, 0)).toBe(116);
    expect(lines.reduce((sum, line) => sum + line.amount_total, 0)).toBe(234);
  });
});

describe('expire', () => {
  const words = (status: string) =>
    `Only Checkout Sessions with a status in ["open"] can be expired. This Checkout Session has a status of \`${status}\`.`;

  test('ends an open session, once; it can no longer be paid', async () => {
    const { id } = await openSession(rig);
    expect(await rig.stripe.checkout.sessions.expire(id)).toMatchObject({
      status: 'expired',
      url: null,
      payment_status: 'unpaid',
    });
    const again = await refusal(rig.stripe.checkout.sessions.expire(id));
    expect(again).toMatchObject({ statusCode: 400, type: 'StripeInvalidRequestError', message: words('expired') });
    expect(again.code).toBeUndefined();
    expect(await rig.control('POST', `/sessions/${id}/pay`)).toHaveProperty('error');
    expect(await rig.stripe.checkout.sessions.retrieve(id)).toMatchObject({ status: 'expired', payment_intent: null });
  });

  test('is refused for a complete session', async () => {
    const { id } = await paidSession(rig);
    expect((await refusal(rig.stripe.checkout.sessions.expire(id))).message).toBe(words('complete'));
  });

  test('happens by itself when its time is up by the sandbox’s clock, to the second', async () => {
    const soon = await openSession(rig, { expires_at: now() + 31 * MINUTE });
    const late = await openSession(rig);
    await rig.control('POST', '/clock', { now: (soon.expires_at - 1) * 1000 });
    expect(await rig.stripe.checkout.sessions.retrieve(soon.id)).toMatchObject({ status: 'open' });
    await rig.control('POST', '/clock', { advanceMs: 3600_000 });
    expect(await rig.stripe.checkout.sessions.retrieve(soon.id)).toMatchObject({ status: 'expired' });
    expect(await rig.stripe.checkout.sessions.retrieve(late.id)).toMatchObject({ status: 'open' });
    const [event] = (await rig.stripe.events.list({ type: 'checkout.session.expired' })).data;
    expect(event).toMatchObject({
      created: soon.expires_at,
      request: { id: null },
      data: { object: { id: soon.id, status: 'expired' } },
    });
  });

  test('offers recovery: a copy that names the original session', async () => {
    const session = await openSession(rig, {
      after_expiration: { recovery: { enabled: true } },
      metadata: { order: 'H-1' },
    });
    expect(session.after_expiration?.recovery).toMatchObject({ enabled: true, url: null });
    const expired = await rig.stripe.checkout.sessions.expire(session.id);
    const address = expired.after_expiration?.recovery?.url ?? '';
    expect(address).toMatch(/\/recover\//);
    const response = await fetch(address, { redirect: 'manual' });
    expect(response.status).toBe(303);
    const [copy] = (await rig.stripe.checkout.sessions.list({ status: 'open', expand: ['data.line_items'] })).data;
    expect(response.headers.get('location')).toBe(copy?.url);
    expect(copy).toMatchObject({
      recovered_from: session.id,
      metadata: { order: 'H-1' },
      payment_intent: null,
      amount_total: 1250,
    });
    expect(copy?.line_items?.data).toHaveLength(1);
    await rig.control('POST', `/sessions/${copy?.id}/pay`);
    expect(await rig.stripe.checkout.sessions.retrieve(copy?.id ?? '')).toMatchObject({
      status: 'complete',
      payment_status: 'paid',
    });
  });
});

describe('list', () => {
  test('is newest first, by status, time or PaymentIntent, page by page', async () => {
    const early = await openSession(rig);
    await rig.control('POST', '/clock', { advanceMs: 10_000 });
    const { id: paid, intent } = await paidSession(rig);
    await rig.control('POST', '/clock', { advanceMs: 10_000 });
    const late = await openSession(rig);
    const { sessions } = rig.stripe.checkout;
    const ids = async (params: Stripe.Checkout.SessionListParams) =>
      (await sessions.list(params)).data.map(({ id }) => id);

    expect(await ids({})).toEqual([late.id, paid, early.id]);
    expect(await ids({ status: 'open' })).toEqual([late.id, early.id]);
    expect(await ids({ status: 'complete' })).toEqual([paid]);
    expect(await ids({ payment_intent: intent })).toEqual([paid]);
    expect(await ids({ payment_intent: 'pi_nobody' })).toEqual([]);
    expect(await ids({ created: { gte: late.created } })).toEqual([late.id]);
    expect(await ids({ created: { gt: early.created, lt: late.created } })).toEqual([paid]);
    expect(await ids({ created: { lte: early.created } })).toEqual([early.id]);
    expect(await ids({ limit: 1, starting_after: late.id })).toEqual([paid]);
    expect(await ids({ limit: 1, ending_before: early.id })).toEqual([paid]);
    expect((await sessions.list({ limit: 2 })).has_more).toBe(true);
    expect((await sessions.list({ limit: 3 })).has_more).toBe(false);
    const all: string[] = [];
    for await (const { id } of sessions.list({ limit: 1 })) all.push(id);
    expect(all).toEqual([late.id, paid, early.id]);
  });
});

test('a session created at Stripe directly is listed like any other', async () => {
  const session = await rig.control('POST', '/sessions', {
    mode: 'payment',
    line_items: [lineOf({ metadata: { sku: 'MUG' } })],
    success_url: 'http://shop.test',
  });
  expect(await rig.stripe.checkout.sessions.retrieve(session.id)).toMatchObject({ status: 'open', amount_total: 1250 });
});

test('metadata of a session is changed key by key', async () => {
  const { id } = await openSession(rig, { metadata: { a: '1', b: '2' } });
  expect((await rig.stripe.checkout.sessions.update(id, { metadata: { a: '', c: '3' } })).metadata).toEqual({
    b: '2',
    c: '3',
  });
});
