import { checkout } from '../../activities/checkout/checkout';
import { ownerOf } from '../../activities/checkout/payment-owner';
import { type SessionId, sessionId } from '../../domain/ids';
import { METADATA } from '../../domain/session';
import { until, World } from './world';

let world: World;
beforeAll(async () => {
  world = await World.start();
});
afterAll(() => world.stop());

const THANKS = { mode: 'payment', success_url: 'http://localhost/thanks' } as const;
const idsOf = (count: number, prefix: string) => Array.from({ length: count }, (_, index) => `${prefix}-${index + 1}`);
const priceOf = async (sku: string): Promise<string> =>
  (await world.db.price.findFirstOrThrow({ where: { sku, current: true } })).stripePriceId as string;
const known = (id: SessionId) =>
  world.db.order.findUnique({ where: { sessionId: id }, include: { items: { orderBy: { position: 'asc' } } } });

/** A price at Stripe that no row here knows. */
async function foreignPrice(metadata: Record<string, string> = {}, unit_amount = 700): Promise<string> {
  const { id: product } = await world.stripe.products.create({ name: 'Something' });
  return (await world.stripe.prices.create({ product, unit_amount, currency: 'eur', metadata })).id;
}

const strays = async () => (await world.metrics.strays.get()).values[0]?.value ?? 0;

describe('a session made elsewhere', () => {
  test('eleven line items: all pages of them are read', async () => {
    const skus = idsOf(11, 'eleven');
    for (const sku of skus) await world.product(sku, { amount: 100, stock: 1 });
    const line_items = await Promise.all(skus.map(async (sku) => ({ price: await priceOf(sku), quantity: 1 })));
    const made = await world.stripe.checkout.sessions.create({ ...THANKS, line_items });
    const order = await world.paid(sessionId(made.id));
    expect(order).toMatchObject({ status: 'PREPARING', origin: 'ELSEWHERE', total: 1100n });
    expect(order.timeline.find(({ type }) => type === 'opened')).toMatchObject({
      ...{ message: 'Opened by an event of Stripe, for a session made elsewhere', actor: 'stripe' },
    });
    expect(order.items.map(({ sku }) => sku)).toEqual(skus);
    for (const sku of skus) expect(await world.stock(sku)).toEqual({ onHand: 0, held: 0 });
  });

  test('eleven line items asked for here are held against all pages too', async () => {
    const skus = idsOf(11, 'ours');
    for (const sku of skus) await world.product(sku, { amount: 100, stock: 1 });
    const { id } = await world.checkout(skus.map((sku) => ({ sku })));
    expect(await world.paid(id)).toMatchObject({ status: 'PREPARING', total: 1100n });
  });

  test.each(['the line', 'the price'])(
    'whose price is not known here is known by the SKU that %s names',
    async (named) => {
      const sku = `named-by-${named.slice(4)}`;
      await world.product(sku, { stock: 3 });
      const price = await foreignPrice(named === 'the price' ? { [METADATA.sku]: sku } : {});
      const line = { price, quantity: 2, ...(named === 'the line' && { metadata: { [METADATA.sku]: sku } }) };
      const made = await world.stripe.checkout.sessions.create({ ...THANKS, line_items: [line] });
      expect((await world.paid(sessionId(made.id))).items).toMatchObject([
        { sku, quantity: 2, unitAmount: 700n, total: 1400n },
      ]);
      expect(await world.stock(sku)).toEqual({ onHand: 1, held: 0 });
    },
  );

  test('whose price was replaced here since is still known by it', async () => {
    await world.product('replaced', { stock: 1 });
    const price = await priceOf('replaced');
    await world.db.price.updateMany({ where: { sku: 'replaced' }, data: { current: false } });
    const made = await world.stripe.checkout.sessions.create({ ...THANKS, line_items: [{ price, quantity: 1 }] });
    expect(await world.paid(sessionId(made.id))).toMatchObject({ status: 'PREPARING', items: [{ sku: 'replaced' }] });
  });

  test('with two lines of one product is one line here, at what both come to', async () => {
    await world.product('twice', { amount: 1000, stock: 5 });
    const cheaper = await foreignPrice({ [METADATA.sku]: 'twice' }, 800);
    const line_items = [
      { price: await priceOf('twice'), quantity: 1 },
      { price: cheaper, quantity: 2 },
    ];
    const made = await world.stripe.checkout.sessions.create({ ...THANKS, line_items });
    expect(await world.paid(sessionId(made.id))).toMatchObject({
      total: 2600n,
      items: [{ quantity: 3, total: 2600n }],
    });
    expect(await world.stock('twice')).toEqual({ onHand: 2, held: 0 });
  });

  test('in German is written to in German', async () => {
    await world.product('auf-deutsch', { stock: 1 });
    const line_items = [{ price: await priceOf('auf-deutsch'), quantity: 1 }];
    const made = await world.stripe.checkout.sessions.create({ ...THANKS, line_items, locale: 'de' });
    const id = sessionId(made.id);
    await world.paid(id);
    await until(async () => (await world.mails(id)).includes('order_confirmation'));
    const mail = await world.db.mail.findFirstOrThrow({ where: { sessionId: id, template: 'order_confirmation' } });
    expect(mail.subject).toMatch(/^Ihre Bestellung \d+ bei /);
    expect(mail.text).toContain('12,50\u00a0€');
  });

  test('of a bundle is delivered as what is in it, and its price is shared out', async () => {
    await world.product('link-mug', { amount: 3000, stock: 9 });
    await world.product('link-card', { amount: 1000, stock: 9 });
    const contents = [
      { sku: 'link-mug', quantity: 1 },
      { sku: 'link-card', quantity: 2 },
    ];
    await world.sellBundle('link-box', contents, { amount: 4001 });
    const line_items = [
      { price: await priceOf('link-card'), quantity: 1 },
      { price: await priceOf('link-box'), quantity: 2 },
    ];
    const made = await world.stripe.checkout.sessions.create({ ...THANKS, line_items });
    expect(await world.paid(sessionId(made.id))).toMatchObject({
      ...{ status: 'PREPARING', attentionStep: null, total: 9002n, bundles: [{ sku: 'link-box', quantity: 2 }] },
      items: [
        { sku: 'link-card', quantity: 5, total: 1000n + 3201n },
        { sku: 'link-mug', quantity: 2, total: 4801n },
      ],
    });
    expect(await world.stock('link-mug')).toEqual({ onHand: 7, held: 0 });
    expect(await world.stock('link-card')).toEqual({ onHand: 4, held: 0 });
  });

  test('that is sold out is given back', async () => {
    await world.product('none-left', { stock: 0 });
    const line_items = [{ price: await priceOf('none-left'), quantity: 1 }];
    const id = sessionId((await world.stripe.checkout.sessions.create({ ...THANKS, line_items })).id);
    await world.pay(id);
    await world.webhook(id);
    await until(async () => (await known(id))?.status === 'REFUNDED');
  });

  test('and paid by a delayed payment holds its stock while it is on its way', async () => {
    await world.product('link-debit', { stock: 1 });
    const line_items = [{ price: await priceOf('link-debit'), quantity: 1 }];
    const id = sessionId((await world.stripe.checkout.sessions.create({ ...THANKS, line_items })).id);
    await world.pay(id, { method: 'bank_debit' });
    await world.webhook(id);
    await until(async () => (await known(id))?.paymentStatus === 'PROCESSING');
    expect(await world.stock('link-debit')).toEqual({ onHand: 1, held: 1 });
    await world.at(`/sessions/${id}/settle`);
    await world.webhook(id);
    await until(async () => (await known(id))?.status === 'PREPARING');
  });
});

describe('a session with our metadata', () => {
  test('a session of ours whose price id has changed since is what was asked', async () => {
    await world.product('moved', { amount: 1500, stock: 2 });
    const before = await world.checkout([{ sku: 'moved' }]);
    // One whose lines do not even name their SKU: what was asked for it stands here.
    const { metadata } = await world.stripe.checkout.sessions.retrieve(await world.session([{ sku: 'moved' }]));
    const asked = metadata?.[METADATA.checkout] as string;
    await world.db.checkout.update({ where: { id: asked }, data: { sessionId: null, url: null } });
    const line_items = [{ price: await priceOf('moved'), quantity: 1 }];
    const orphan = await world.stripe.checkout.sessions.create({ ...THANKS, line_items, metadata: metadata ?? {} });
    // The catalogue was made anew at Stripe: the id that the session was made with stands nowhere here any more.
    const anew = await foreignPrice({}, 2500);
    await world.db.price.updateMany({ where: { sku: 'moved' }, data: { stripePriceId: anew, amount: 2500 } });
    expect(await world.paid(before.id)).toMatchObject({
      status: 'PREPARING',
      total: 1500n,
      items: [{ unitAmount: 1500n }],
    });
    expect(await world.paid(sessionId(orphan.id))).toMatchObject({
      status: 'PREPARING',
      total: 1500n,
      origin: 'CHECKOUT',
    });
  });

  test('a recovered copy counts as made elsewhere: a new number, and the first stays what it is', async () => {
    await world.product('recovered', { stock: 1 });
    const { metadata } = await world.stripe.checkout.sessions.retrieve(await world.session([{ sku: 'recovered' }]));
    const made = await world.stripe.checkout.sessions.create({
      ...{ ...THANKS, metadata: metadata ?? {}, after_expiration: { recovery: { enabled: true } } },
      line_items: [{ price: await priceOf('recovered'), quantity: 1 }],
    });
    const id = sessionId(made.id);
    const asked = metadata?.[METADATA.checkout] as string;
    await world.db.checkout.update({ where: { id: asked }, data: { sessionId: id } });
    await world.open(id);
    await world.at(`/sessions/${id}/expire`);
    await world.webhook(id);
    await until(async () => (await world.order(id)).status === 'EXPIRED');
    const copy = await world.at<{ id: SessionId; metadata: Record<string, string> }>(`/sessions/${id}/recover`);
    expect(copy.metadata[METADATA.number]).toBe((await world.order(id)).number);
    const order = await world.paid(copy.id);
    expect(order).toMatchObject({ status: 'PREPARING', origin: 'ELSEWHERE', items: [{ sku: 'recovered' }] });
    expect(order.number).not.toBe((await world.order(id)).number);
    expect(await world.order(id)).toMatchObject({ status: 'EXPIRED' });
    expect(await world.stock('recovered')).toEqual({ onHand: 0, held: 0 });
  });

  test('and a line that stands for nothing known here is taken up all the same, and parks', async () => {
    const before = await strays();
    const made = await world.stripe.checkout.sessions.create({
      ...THANKS,
      line_items: [{ price: await foreignPrice(), quantity: 1 }],
      metadata: { [METADATA.checkout]: '00000000-0000-4000-8000-000000000000' },
    });
    const order = await world.paid(sessionId(made.id));
    expect(order).toMatchObject({
      ...{ status: 'PENDING', attentionStep: 'confirm' },
      attentionReason: 'a line at Stripe matches no known product',
    });
    expect(await strays()).toBe(before);
    expect(await world.handle(sessionId(made.id)).executeUpdate('cancel', { args: [{ reason: 'other' }] })).toBe(
      'REFUNDED',
    );
  });
});

describe('a session of another installation on the same account', () => {
  const itsMetadata = async (rest: Record<string, string> = {}) => ({
    [METADATA.checkout]: '00000000-0000-4000-8000-00000000000b',
    [METADATA.installation]: 'the other shop',
    ...rest,
  });

  /** A session of the other installation that is paid, and that we have heard of. */
  async function soldElsewhere(given: { metadata: Record<string, string>; success_url?: string }): Promise<SessionId> {
    const made = await world.stripe.checkout.sessions.create({
      ...{ ...THANKS, ...given, payment_intent_data: { metadata: given.metadata } },
      line_items: [{ price: await priceOf('shared'), quantity: 1 }],
    });
    const id = sessionId(made.id);
    await world.pay(id);
    await world.webhook(id);
    await world.end(id);
    return id;
  }

  test('is counted once and left alone, though it sells what we sell; so is what names its payment', async () => {
    await world.product('shared', { stock: 1 });
    const before = await strays();
    const metadata = await itsMetadata();
    const id = await soldElsewhere({ metadata });
    expect(await known(id)).toBeNull();
    expect(await world.stock('shared')).toEqual({ onHand: 1, held: 0 });
    expect(await world.db.straySession.findMany({ where: { sessionId: id } })).toMatchObject([
      { kind: 'OTHER_INSTALLATION', reportedAt: expect.any(Date) },
    ]);
    expect(await strays()).toBe(before + 1);

    // Before anything was heard of its session.
    const { id: second } = await world.stripe.checkout.sessions.create({
      ...{ ...THANKS, metadata, payment_intent_data: { metadata } },
      line_items: [{ price: await priceOf('shared'), quantity: 1 }],
    });
    await world.pay(second as SessionId);
    const { payment_intent } = await world.stripe.checkout.sessions.retrieve(second);
    expect(await ownerOf(world.deps(), { payment_intent: payment_intent as string })).toEqual({ whose: 'nobody' });
    expect(await strays()).toBe(before + 2);
    await world.stripe.refunds.create({ payment_intent: payment_intent as string });
    expect(await world.mails(id)).toEqual([]);
  });

  test('that leads back to our own storefront is told of once for its installation: our database was made anew', async () => {
    const metadata = await itsMetadata({ [METADATA.installation]: 'hf_before' });
    const success_url = `${world.env.STOREFRONT_URL}/success?session_id={CHECKOUT_SESSION_ID}`;
    for (let session = 0; session < 2; session++) {
      const id = await soldElsewhere({ metadata, success_url });
      expect(await known(id)).toBeNull();
      await world.stripe.refunds.create({
        payment_intent: (await world.stripe.checkout.sessions.retrieve(id)).payment_intent as string,
      });
    }
    expect(await world.db.discrepancy.findMany({ where: { reference: { startsWith: 'installation' } } })).toMatchObject(
      [
        {
          reference: 'installation hf_before',
          toldOnce: true,
          reportKey: null,
          detail: expect.stringContaining('own storefront'),
        },
      ],
    );
  });

  test('with our own id in it is ours, whatever else it says', async () => {
    const installation = await world.deps().installation();
    expect(installation).toMatch(/^hf_[0-9a-f]{32}$/);
    await world.product('named', { stock: 1 });
    const made = await world.stripe.checkout.sessions.create({
      ...{ ...THANKS, metadata: await itsMetadata({ [METADATA.installation]: installation }) },
      line_items: [{ price: await priceOf('named'), quantity: 1 }],
    });
    expect(await world.paid(sessionId(made.id))).toMatchObject({ status: 'PREPARING' });
  });
});

test('the payment of a shopper whose name cannot be stored is stored without what cannot', async () => {
  await world.product('unstorable', { stock: 1 });
  const { id } = await world.checkout([{ sku: 'unstorable' }]);
  const address = { line1: 'Gata\0 1', city: '\ud83dReykjav\u00edk', country: 'DE' };
  expect(await world.paid(id, { name: 'Mi\0na \ud83d\udc19\udc19', address })).toMatchObject({ status: 'PREPARING' });
  expect(await world.db.customer.findUnique({ where: { sessionId: id } })).toMatchObject({
    name: 'Mina \ud83d\udc19',
  });
});

test('a session in setup mode, told of by a thin event, is counted, and no money is reported', async () => {
  const before = await strays();
  const made = await world.stripe.checkout.sessions.create({
    mode: 'setup',
    currency: 'eur',
    success_url: 'http://x.test',
  });
  const id = sessionId(made.id);
  await world.pay(id);
  await world.webhook(id);
  await world.end(id);
  expect(await known(id)).toBeNull();
  expect(await strays()).toBe(before + 1);
  expect(await world.db.straySession.findMany({ where: { sessionId: id } })).toMatchObject([
    { kind: 'OTHER_MODE', reportedAt: expect.any(Date) },
  ]);
});

describe('a session that this key cannot read', () => {
  test('is counted, and its run ends', async () => {
    const before = await strays();
    const id = sessionId('cs_test_of_another_account');
    await world.webhook(id);
    await world.end(id);
    expect(await known(id)).toBeNull();
    expect(await strays()).toBe(before + 1);
    // A key that can read it takes it up later: nothing stands in the way.
    expect(await world.db.straySession.count({ where: { sessionId: id } })).toBe(0);
  });
});

describe('a session that is not ours', () => {
  test('is counted once, and left alone', async () => {
    await world.product('half-known', { stock: 1 });
    const before = await strays();
    const line_items = [
      { price: await priceOf('half-known'), quantity: 1 },
      { price: await foreignPrice(), quantity: 1 },
    ];
    const id = sessionId((await world.stripe.checkout.sessions.create({ ...THANKS, line_items })).id);
    await world.pay(id);
    await world.webhook(id);
    await world.end(id);
    // A month later nobody remembers that run, and the session is looked at once more.
    expect(await checkout(world.deps()).takeUpSession({ sessionId: id })).toBe('not-ours');
    expect(await known(id)).toBeNull();
    expect(await world.db.straySession.findMany({ where: { sessionId: id } })).toMatchObject([{ amount: 1950n }]);
    expect(await strays()).toBe(before + 1);
    expect(await world.stock('half-known')).toEqual({ onHand: 1, held: 0 });
    expect(await world.mails(id)).toEqual([]);
    expect(await world.db.checkout.count({ where: { sessionId: id } })).toBe(0);
  });
});
