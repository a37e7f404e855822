import { randomUUID } from 'node:crypto';
import { tendAccount } from '../../activities/account/tend';
import { setUpStripe } from '../../activities/catalogue/stripe-setup';
import { sweep } from '../../activities/reconcile/sweep';
import { ShownProducts } from '../../api/storefront/shown-products';
import { type SessionId, sessionId } from '../../domain/ids';
import { recoveryUrl } from '../../platform/links';
import { connectStripe } from '../../platform/stripe';
import { sweep as runSweep } from '../workflow/sweeping';
import { Shop, until } from './shop';

let shop: Shop;
beforeAll(async () => {
  shop = await Shop.open({ HOLD_TTL_SECONDS: '3600' });
});
afterAll(() => shop?.close());

const staffMails = async () => {
  const answer = await fetch(`${shop.world.outbox.url}/api/mails?template=attention_needed`);
  return ((await answer.json()) as { data: { subject: string }[] }).data.map(({ subject }) => subject);
};
const tend = () => tendAccount(shop.world.deps());
const order = (sku: string, more: object[] = []) => ({ items: [{ sku, quantity: 1 }, ...more] });

describe('a product that Stripe refuses to sell', () => {
  let skus = 0;
  const priceOf = async (sku: string) =>
    (await shop.world.db.price.findFirstOrThrow({ where: { sku, current: true } })).stripePriceId as string;
  const archivePrice = async (sku: string, active = false) => {
    await shop.world.stripe.prices.update(await priceOf(sku), { active });
  };
  const archiveProduct = async (sku: string, active = false) => {
    const { product } = await shop.world.stripe.prices.retrieve(await priceOf(sku));
    await shop.world.stripe.products.update(product as string, { active });
  };
  const forget = async (sku: string) => {
    await shop.world.db.price.updateMany({ where: { sku }, data: { stripePriceId: `price_gone_${sku}` } });
  };
  /** A product for sale, which then becomes what the test says. */
  async function product(become: (sku: string) => Promise<void>, stock?: number): Promise<string> {
    const sku = `REFUSED-${++skus}`;
    await shop.world.product(sku, stock === undefined ? {} : { stock });
    await become(sku);
    return sku;
  }
  const available = async (sku: string) =>
    ((await shop.http.get('/products')).body.data as { sku: string; available: number | null }[]).find(
      (one) => one.sku === sku,
    )?.available;
  const discrepancy = (sku: string) =>
    shop.world.db.discrepancy.findUnique({ where: { kind_reference: { kind: 'not_for_sale', reference: sku } } });

  beforeAll(() => shop.world.product('FINE', { stock: 9 }));

  test.each([
    ['whose price is archived', archivePrice, 5],
    ['whose product is archived', archiveProduct, 5],
    ['whose price is missing', forget, 5],
    ['to download, whose price is archived', archivePrice, undefined],
  ])('%s: 409 names it alone, and shoppers see that none is available', async (_what, become, stock) => {
    const sku = await product(become, stock);
    expect(await available(sku)).toBe(stock ?? null);
    const { status, body } = await shop.checkout(order('FINE', [{ sku, quantity: 1 }]));
    expect([status, body.code, body.items]).toEqual([409, 'not_for_sale', [{ sku }]]);
    expect(await available(sku)).toBe(0);
    expect(await available('FINE')).toBe(9);
    expect(await discrepancy(sku)).toMatchObject({
      resolvedAt: null,
      detail: expect.stringContaining('archived or missing'),
    });
  });

  test('also shoppers who look while others wait in line see at once that none is available', async () => {
    const sku = await product(archivePrice, 5);
    const shown = new ShownProducts(shop.world.db, { rush: true }, () => 0);
    const api = await shop.another({}, { shown });
    const seen = async () => (await api.http.get(`/products/${sku}`)).body.available;
    expect(await seen()).toBe(5);
    await api.http
      .post('/checkout')
      .send(order('FINE', [{ sku, quantity: 1 }]))
      .expect(409);
    expect(await seen()).toBe(0);
  });

  test('is not asked of Stripe again, and staff are told once', async () => {
    const sku = await product(archivePrice, 5);
    for (let shopper = 0; shopper < 3; shopper++) expect((await shop.checkout(order(sku))).status).toBe(409);
    const asked = await shop.askedOfStripe('POST', /^\/v1\/checkout\/sessions$/);
    expect(asked.filter(({ params }) => JSON.stringify(params).includes(`"${sku}"`))).toHaveLength(1);
    for (let turn = 0; turn < 3; turn++) await tend();
    expect((await staffMails()).filter((subject) => subject.includes(sku))).toHaveLength(1);
    expect(await discrepancy(sku)).toMatchObject({ reportedAt: expect.any(Date) }); // no report repeats it
  });

  test('also from a recovery link', async () => {
    const sku = await product(async () => undefined, 5);
    const opened = sessionId((await shop.checkout(order(sku))).body.sessionId);
    shop.world.know(opened);
    await shop.world.sleep(3_600_000);
    expect(await shop.world.end(opened)).toBe('EXPIRED');
    await archivePrice(sku);
    const token = recoveryUrl(shop.world.env, 'recover', opened).split('/recover/')[1];
    const { status, body } = await shop.http.post(`/recover/${token}`);
    expect([status, body.code, body.items]).toEqual([409, 'not_for_sale', [{ sku }]]);
  });

  const beginSweep = () => sweep(shop.world.deps()).beginSweep({ id: randomUUID(), trigger: 'staff' });
  const save = async (sku: string) => {
    const { prices } = (
      await shop.http.get(`/admin/products/${sku}`).set('authorization', `Bearer ${shop.world.env.ADMIN_TOKEN}`)
    ).body;
    const body = { name: sku, kind: 'PHYSICAL', prices };
    await shop.http
      .put(`/admin/products/${sku}`)
      .set('authorization', `Bearer ${shop.world.env.ADMIN_TOKEN}`)
      .send(body);
  };
  const setUp = () => setUpStripe({ ...shop.world.deps(), log: () => {} });

  test.each([
    ['a sweep finds it right', beginSweep],
    ['staff save it', save],
    ['stripe:setup has run', setUp],
  ])('is for sale again once %s', async (_what, act) => {
    const sku = await product(archivePrice, 5);
    await shop.checkout(order(sku));
    expect(await available(sku)).toBe(0);
    if (act === beginSweep) {
      await beginSweep();
      expect(await available(sku)).toBe(0); // it is still archived
    }
    await archivePrice(sku, true);
    await act(sku);
    expect(await available(sku)).toBe(5);
    expect(await discrepancy(sku)).toMatchObject({ resolvedAt: expect.any(Date) });
    expect((await shop.checkout(order(sku))).status).toBe(201);
  });
});

describe('a key that Stripe refuses', () => {
  beforeAll(() => shop.world.product('POPULAR', { stock: 100 }));
  const alarms = () => shop.world.db.accountAlarm.findMany({ where: { cause: 'stripe_key' } });
  const aboutTheKey = async () => (await staffMails()).filter((subject) => /refuses our key/.test(subject));

  test('a checkout is 503 with Retry-After, holds nothing, and the API raises the alarm, once', async () => {
    const api = await shop.another({ STRIPE_SECRET_KEY: 'sk_test_revoked' });
    for (let shopper = 0; shopper < 3; shopper++) {
      const { status, body, headers } = await api.http.post('/checkout').send(order('POPULAR'));
      expect([status, body.code]).toEqual([503, 'unavailable']);
      expect(Number(headers['retry-after'])).toBeGreaterThan(0);
    }
    expect((await shop.world.stock('POPULAR')).held).toBe(0);
    await until(async () => (await alarms()).length === 1);
    await tend(); // the worker's key is right: it sees at once that the key is known to Stripe again
    expect(await alarms()).toMatchObject([{ resolvedAt: expect.any(Date) }]);
  });

  test('50 paid orders wait for it: one mail, no growing histories, and all go on by themselves', async () => {
    const { world } = shop;
    const ids: SessionId[] = [];
    for (let n = 0; n < 50; n++) ids.push((await world.checkout([{ sku: 'POPULAR' }])).id);
    for (const id of ids) await world.pay(id);
    await world.sleep(1_200_000); // long after the earlier alarm: this one is another episode
    await world.at('/faults', { kind: 'unauthorized', match: { path: '^/v1/' }, times: 100_000 });
    for (const id of ids) await world.webhook(id);
    const stuck = () => world.db.order.count({ where: { sessionId: { in: ids }, attentionStep: 'confirm' } });
    await until(async () => (await stuck()) === 50);
    const lengthOf = async (id: string) => ((await world.history(id)).events ?? []).length;
    const turn = async () => {
      await world.sleep(120_000);
      await tend();
    };
    await turn(); // the last of them records that it is stuck
    const before = await Promise.all(ids.map(lengthOf));
    for (let turns = 0; turns < 3; turns++) await turn();
    expect(await aboutTheKey()).toHaveLength(1);
    expect((await staffMails()).filter((subject) => /^Order .* needs attention/.test(subject))).toEqual([]);
    expect(await Promise.all(ids.map(lengthOf))).toEqual(before);

    await fetch(`${world.sandbox.url}/_control/faults`, { method: 'DELETE' });
    // One of them asks Stripe at its next look. Those that look while it does see the key as it was, until they look
    // again, and time passes here only while the test sleeps.
    for (let looks = 0; looks < 2; looks++) await world.sleep(180_000);
    await until(
      async () => (await world.db.order.count({ where: { sessionId: { in: ids }, status: 'PREPARING' } })) === 50,
    );
    await until(async () => (await stuck()) === 0); // each flag is lowered right after the order has gone on
    expect(await aboutTheKey()).toHaveLength(1);
  }, 240_000);
});

test('checkouts that Stripe refuses for good are one alarm and one mail, until one opens in that currency', async () => {
  const { world } = shop;
  await world.product('ACTIVE', { stock: 9 });
  const refusals = () => world.db.accountAlarm.findMany({ where: { cause: 'checkout_refused' } });
  // As an earlier version has left it: its currency was not a column.
  const known = { cause: 'checkout_refused', subject: 'payment_method_unactivated (eur)' };
  const at = new Date(world.now());
  await world.db.accountAlarm.create({ data: { ...known, since: at, lastSeenAt: at } });
  await world.at('/faults', {
    kind: 'invalid',
    message: 'No valid payment method types for this Checkout Session.',
    code: 'payment_method_unactivated',
    match: { method: 'POST', path: '^/v1/checkout/sessions$' },
    times: 3,
  });
  for (let shopper = 0; shopper < 3; shopper++) {
    const { status, body } = await shop.checkout(order('ACTIVE'));
    expect([status, body.code]).toEqual([503, 'unavailable']);
  }
  expect(await refusals()).toMatchObject([{ subject: 'payment_method_unactivated (eur)', resolvedAt: null }]);
  for (let turn = 0; turn < 3; turn++) await tend();
  expect((await staffMails()).filter((subject) => /refuses to open checkouts/.test(subject))).toHaveLength(1);
  expect(await refusals()).toMatchObject([{ resolvedAt: null }]);
  await world.sleep(1_000);
  expect((await shop.checkout(order('ACTIVE'))).status).toBe(201);
  await tend();
  expect(await refusals()).toMatchObject([{ resolvedAt: expect.any(Date) }]);
});

test('a shipping rate that Stripe refuses is one alarm, until a checkout has it again or the shop offers it no more', async () => {
  const { world } = shop;
  await world.product('GOODS', { stock: 9 });
  await world.product('DOWNLOAD');
  const open = async () => {
    await tend();
    const alarms = await world.db.accountAlarm.findMany({ where: { cause: 'checkout_refused', resolvedAt: null } });
    return alarms.map(({ subject }) => subject);
  };
  const mails = async () => (await staffMails()).filter((subject) => /refuses to open checkouts/.test(subject)).length;
  const { id } = await world.stripe.shippingRates.create({
    ...{ display_name: 'Courier', type: 'fixed_amount', fixed_amount: { amount: 1990, currency: 'eur' } },
  });
  const parcel = { name: 'Parcel', countries: ['DE'], prices: [{ amount: 590, currency: 'eur' }] };
  await shop.offers({ shippingRates: [parcel, { stripeShippingRateId: id, countries: ['DE', 'AT'] }] });
  const to = async (country: string) => (await shop.checkout({ ...order('GOODS'), country })).status;
  const before = await mails();

  await world.stripe.shippingRates.update(id, { active: false });
  expect([await to('DE'), await to('AT')]).toEqual([503, 503]); // the second option, and the first
  expect(await open()).toEqual([`${id} (eur)`]);
  expect(await mails()).toBe(before + 1);
  await world.sleep(1_000);
  expect((await shop.checkout(order('DOWNLOAD'))).status).toBe(201);
  expect(await open()).toEqual([`${id} (eur)`]);

  await world.stripe.shippingRates.update(id, { active: true });
  expect(await to('AT')).toBe(201);
  expect(await open()).toEqual([]);

  await world.stripe.shippingRates.update(id, { active: false });
  expect(await to('AT')).toBe(503);
  expect(await open()).toEqual([`${id} (eur)`]);
  await shop.offers({ shippingRates: [parcel] });
  expect(await open()).toEqual([]);
  await shop.offers();
});

describe('a key of another account', () => {
  const open = (cause: string) => shop.world.db.accountAlarm.count({ where: { cause, resolvedAt: null } });
  const aboutTheAccount = async () => (await staffMails()).filter((subject) => /of another account/.test(subject));

  test('releases no stock, is one alarm and one mail, and orders go on by themselves with the right key', async () => {
    const { world } = shop;
    await world.product('KEPT', { stock: 5 });
    const ids: SessionId[] = [];
    for (let n = 0; n < 3; n++) ids.push((await world.checkout([{ sku: 'KEPT' }], { holdSeconds: 120 })).id);
    expect(await world.account.isForeign()).toBe(false); // the first key's account is recorded
    await world.at('/faults', { kind: 'other_account', match: { path: '^/v1/' }, times: 100_000 });
    world.account.restart();
    const mailsBefore = (await staffMails()).filter((subject) => /^Order/.test(subject)).length;
    await world.sleep(180_000); // the holds are over
    const waiting = () => world.db.order.count({ where: { sessionId: { in: ids }, attentionStep: { not: null } } });
    await until(async () => (await waiting()) === 3);
    await world.sleep(600_000);
    for (let turn = 0; turn < 3; turn++) await tend();
    expect(await world.stock('KEPT')).toEqual({ onHand: 5, held: 3 });
    expect(await aboutTheAccount()).toHaveLength(1);
    expect((await staffMails()).filter((subject) => /^Order/.test(subject))).toHaveLength(mailsBefore);

    expect((await runSweep(world)).status).toBe('FAILED'); // it would find every order missing
    expect([await open('stripe_account'), await open('sweep_failed')]).toEqual([1, 0]);
    expect(await world.db.discrepancy.count({ where: { kind: 'missing_at_stripe' } })).toBe(0);

    await fetch(`${world.sandbox.url}/_control/faults`, { method: 'DELETE' });
    world.account.restart();
    const [paid, ...unpaid] = ids as [SessionId, ...SessionId[]];
    await world.pay(paid); // the webhook of this payment is lost
    await tend();
    await world.sleep(180_000);
    await until(async () => (await world.order(paid)).status === 'PREPARING');
    for (const id of unpaid) expect(await world.end(id)).toBe('EXPIRED');
    expect(await world.stock('KEPT')).toEqual({ onHand: 4, held: 0 });
    expect(await aboutTheAccount()).toHaveLength(1);
    expect(await open('stripe_account')).toBe(0);
  }, 240_000);

  test('takes no product off sale, although Stripe knows none of its prices', async () => {
    const { world } = shop;
    await world.product('STAYS', { stock: 5 });
    const guard = { isForeign: async () => true };
    const stripe = connectStripe(world.env, undefined, undefined, guard);
    const api = await shop.another({}, { stripe });
    await world.at('/faults', {
      kind: 'invalid',
      code: 'resource_missing',
      message: 'No such price',
      match: { method: 'POST', path: '^/v1/checkout/sessions$' },
    });
    const { status, body } = await api.http.post('/checkout').send(order('STAYS'));
    expect([status, body.code]).toEqual([503, 'unavailable']);
    expect(await world.db.product.findUnique({ where: { sku: 'STAYS' } })).toMatchObject({ refusedAt: null });
  });
});

test('a session that Stripe knows again is looked at by the next message, and staff were called once', async () => {
  const { world } = shop;
  await world.product('BACK', { stock: 5 });
  const { id } = await world.checkout([{ sku: 'BACK' }], { holdSeconds: 120 });
  await world.at('/faults', { kind: 'missing', match: { path: `/sessions/${id}` }, times: 100_000 });
  await world.sleep(180_000);
  const attention = async () => (await world.order(id)).attentionStep;
  await until(async () => (await attention()) === 'confirm');
  const asked = async () => (await shop.askedOfStripe('GET', new RegExp(`/sessions/${id}`))).length;
  const before = await asked();
  await world.webhook(id); // in vain
  await until(async () => (await asked()) > before && (await attention()) === 'confirm');
  await fetch(`${world.sandbox.url}/_control/faults`, { method: 'DELETE' });
  await world.pay(id);
  await world.webhook(id);
  await until(async () => (await world.order(id)).status === 'PREPARING');
  expect(await world.db.mail.count({ where: { sessionId: id, template: 'attention_needed' } })).toBe(1);
});
