import type Stripe from 'stripe';
import { type SessionId, sessionId } from '../../domain/ids';
import { METADATA } from '../../domain/session';
import { stateQuery } from '../../messages/order';
import { atRest } from './at-rest';
import { until, World } from './world';

let world: World;
beforeAll(async () => {
  world = await World.start();
});
afterAll(() => world.stop());

interface Asked {
  lines: { sku: string; quantity?: number }[];
  session?: Partial<Stripe.Checkout.SessionCreateParams>;
}

/**
 * A session that was made elsewhere with prices of ours: what it may be asked for is Stripe's to say, not our
 * checkout's.
 */
async function elsewhere({ lines, session }: Asked): Promise<SessionId> {
  const line_items = await Promise.all(
    lines.map(async ({ sku, quantity = 1 }) => {
      const { stripePriceId } = await world.db.price.findFirstOrThrow({ where: { sku } });
      return { price: stripePriceId as string, quantity };
    }),
  );
  const made = await world.stripe.checkout.sessions.create({
    ...{ mode: 'payment', line_items, success_url: 'http://localhost/thanks' },
    ...session,
  });
  return sessionId(made.id);
}

/** Whatever Stripe says of this session, it says with one thing changed. */
function tamper(id: SessionId, change: (session: Stripe.Checkout.Session) => void): () => void {
  const { sessions } = world.stripe.checkout;
  const retrieve = sessions.retrieve.bind(sessions) as (...args: unknown[]) => Promise<Stripe.Checkout.Session>;
  Object.assign(sessions, {
    retrieve: async (...args: unknown[]) => {
      const session = await retrieve(...args);
      if (session.id === id) change(session);
      return session;
    },
  });
  return () => Reflect.deleteProperty(sessions, 'retrieve');
}

const shippingFor = (amount: number) => ({
  shipping_address_collection: { allowed_countries: ['DE' as const] },
  shipping_options: [
    {
      shipping_rate_data: {
        display_name: 'Post',
        type: 'fixed_amount' as const,
        fixed_amount: { amount, currency: 'eur' },
      },
    },
  ],
});
const taxed = { automatic_tax: { enabled: true } };

/** A product whose price at Stripe includes its tax. */
async function inclusive(sku: string, unit_amount: number): Promise<void> {
  await world.product(sku, { amount: unit_amount, stock: 10 });
  const { id: product } = await world.stripe.products.create({ name: sku });
  const price = await world.stripe.prices.create({ product, unit_amount, currency: 'eur', tax_behavior: 'inclusive' });
  await world.db.price.updateMany({ where: { sku }, data: { stripePriceId: price.id } });
}

describe('what is lawful is explained, kept on the order, and shipped', () => {
  beforeAll(async () => {
    await world.product('plain', { amount: 1000, stock: 100 });
    await inclusive('inside', 2000);
  });

  test('a promotion code', async () => {
    const coupon = await world.stripe.coupons.create({ percent_off: 15 });
    await world.stripe.promotionCodes.create({ promotion: { type: 'coupon', coupon: coupon.id }, code: 'SPRING' });
    const id = await elsewhere({ lines: [{ sku: 'plain', quantity: 3 }], session: { allow_promotion_codes: true } });
    expect(await world.paid(id, { promotionCode: 'SPRING' })).toMatchObject({
      ...{ status: 'PREPARING', subtotal: 3000n, discount: 450n, total: 2550n },
    });
  });

  test('the shipping that the shopper chose', async () => {
    const id = await elsewhere({ lines: [{ sku: 'plain' }], session: shippingFor(490) });
    expect(await world.paid(id)).toMatchObject({ status: 'PREPARING', subtotal: 1000n, shipping: 490n, total: 1490n });
  });

  test('tax on top', async () => {
    const id = await elsewhere({ lines: [{ sku: 'plain' }], session: taxed });
    expect(await world.paid(id, { tax: 190 })).toMatchObject({
      status: 'PREPARING',
      tax: 190n,
      taxIncluded: 0n,
      total: 1190n,
    });
  });

  test('tax inside the prices', async () => {
    const id = await elsewhere({ lines: [{ sku: 'inside' }], session: taxed });
    expect(await world.paid(id, { tax: 319 })).toMatchObject({
      ...{ status: 'PREPARING', tax: 319n, taxIncluded: 319n, total: 2000n },
    });
  });

  test('some tax inside and some on top, with a code and shipping, and the mail adds up', async () => {
    const coupon = await world.stripe.coupons.create({ amount_off: 300, currency: 'eur' });
    const id = await elsewhere({
      lines: [{ sku: 'plain' }, { sku: 'inside' }],
      session: { ...taxed, ...shippingFor(500), discounts: [{ coupon: coupon.id }] },
    });
    const order = await world.paid(id, { tax: 480 });
    expect(order).toMatchObject({ status: 'PREPARING', subtotal: 3000n, discount: 300n, shipping: 500n, tax: 480n });
    expect([order.taxIncluded, order.total]).toEqual([320n, 3000n - 300n + 500n + 160n]);
    const mail = await until(() =>
      world.db.mail.findFirst({ where: { sessionId: id, template: 'order_confirmation' } }),
    );
    const told = [
      ...(mail?.text ?? '').matchAll(/^(Subtotal|Discount|Shipping|Tax|Tax \(included\)|Total) {3,}(\S+)$/gm),
    ];
    expect(told.map(([, name, amount]) => `${name} ${amount}`)).toEqual([
      ...['Subtotal €30.00', 'Discount -€3.00', 'Shipping €5.00', 'Tax €1.60', 'Tax (included) €3.20', 'Total €33.60'],
    ]);
  });

  test('tax on shipping too', async () => {
    const id = await elsewhere({ lines: [{ sku: 'plain' }], session: { ...taxed, ...shippingFor(500) } });
    const restore = tamper(id, (session) => {
      if (!session.shipping_cost || !session.total_details) return;
      session.shipping_cost.amount_tax = 80; // inside the 500
      session.total_details.amount_tax += 80;
    });
    expect(await world.paid(id, { tax: 190 })).toMatchObject({
      ...{ status: 'PREPARING', shipping: 500n, tax: 270n, taxIncluded: 80n, total: 1690n },
    });
    restore();
  });

  test('Adaptive Pricing: the amounts stay ours, what the shopper saw is kept beside', async () => {
    const id = await elsewhere({ lines: [{ sku: 'plain' }], session: { adaptive_pricing: { enabled: true } } });
    expect(await world.paid(id, { presentment: { amount: 1187, currency: 'usd' } })).toMatchObject({
      ...{ status: 'PREPARING', currency: 'eur', total: 1000n },
      ...{ presentmentAmount: 1187n, presentmentCurrency: 'usd' },
    });
  });

  test('a quantity adjusted in a session made elsewhere', async () => {
    const id = await elsewhere({ lines: [{ sku: 'plain', quantity: 2 }] });
    expect((await world.paid(id)).items).toMatchObject([
      { sku: 'plain', quantity: 2, unitAmount: 1000n, total: 2000n },
    ]);
  });

  test.each([
    ['jpy', 1250],
    ['kwd', 12500],
  ])('%s, in its smallest unit', async (currency, amount) => {
    await world.product(`in-${currency}`, { amount, currency, stock: 5 });
    const { id } = await world.checkout([{ sku: `in-${currency}`, quantity: 3 }]);
    expect(await world.paid(id)).toMatchObject({ status: 'PREPARING', currency, total: BigInt(amount * 3) });
    const shown = currency === 'jpy' ? '¥3,750' : 'KWD\u00a037.500';
    const mail = await until(() =>
      world.db.mail.findFirst({ where: { sessionId: id, template: 'order_confirmation' } }),
    );
    expect(mail?.text).toContain(shown);
  });
});

describe('pay what you want', () => {
  /** A product whose shopper names the price; at Stripe a little less than our minimum is taken too. */
  async function chosen(sku: string): Promise<void> {
    const at = new Date(world.deps().clock.now());
    const { id: product } = await world.stripe.products.create({ name: sku });
    const price = await world.stripe.prices.create({
      ...{ product, currency: 'eur', custom_unit_amount: { enabled: true, minimum: 300, preset: 900 } },
    });
    await world.db.product.create({
      data: {
        ...{ sku, name: `The ${sku}`, kind: 'PHYSICAL', createdAt: at, updatedAt: at, stock: { create: {} } },
        prices: { create: [{ currency: 'eur', amount: 900, minimum: 500, stripePriceId: price.id, createdAt: at }] },
      },
    });
    const delivery = {
      at,
      kind: 'ADJUST',
      onHandDelta: 9,
      heldDelta: 0,
      reference: 'delivery',
      actor: 'staff',
    } as const;
    await world.db.stockMovement.create({ data: { sku, ...delivery } });
  }

  test.each(['here', 'elsewhere'])('from its minimum on is what the shopper chose, asked for %s', async (where) => {
    const sku = `chosen-${where}`;
    await chosen(sku);
    const lines = [{ sku }];
    const id = where === 'here' ? (await world.checkout(lines)).id : await elsewhere({ lines });
    const order = await world.paid(id, { customAmount: 700 });
    expect(order).toMatchObject({ status: 'PREPARING', total: 700n, items: [{ unitAmount: 700n, total: 700n }] });
  });

  test.each(['here', 'elsewhere'])('below it needs a person, asked for %s', async (where) => {
    const sku = `too-little-${where}`;
    await chosen(sku);
    const lines = [{ sku }];
    const id = where === 'here' ? (await world.checkout(lines)).id : await elsewhere({ lines });
    expect(await world.paid(id, { customAmount: 499 })).toMatchObject({
      ...{
        status: 'PENDING',
        attentionStep: 'confirm',
        attentionReason: `${sku}: €4.99 at Stripe, expected at least €5.00`,
      },
    });
  });

  test('two who then cancel it at once are both answered, and it ends', async () => {
    await chosen('twice');
    const { id } = await world.checkout([{ sku: 'twice' }]);
    await world.paid(id, { customAmount: 499 });
    await atRest(world, id);
    const cancel = () => world.handle(id).executeUpdate('cancel', { args: [{ reason: 'other' }] });
    const answers = await Promise.allSettled([cancel(), cancel()]); // the one that comes late may be refused
    expect(answers).toContainEqual({ status: 'fulfilled', value: 'REFUNDED' });
    expect(await world.end(id)).toBe('REFUNDED');
  });
});

describe('what is not explained', () => {
  test.each([1, -1])('the amount one cent off (%i) parks with both numbers, and nothing ships', async (cent) => {
    const sku = `off-by-${cent}`;
    await world.product(sku, { amount: 1000, stock: 1 });
    const { id } = await world.checkout([{ sku }]);
    const restore = tamper(id, (session) => {
      session.amount_total = (session.amount_total ?? 0) + cent;
    });
    const order = await world.paid(id);
    expect(order).toMatchObject({ status: 'PENDING', paymentStatus: 'PAID', attentionStep: 'confirm' });
    expect(order.attentionReason).toBe(`the total is ${cent > 0 ? '€10.01' : '€9.99'}, its parts add up to €10.00`);
    expect(await world.stock(sku)).toEqual({ onHand: 1, held: 1 });
    await expect(
      world.handle(id).executeUpdate('ship', { args: [{ carrier: 'DHL', trackingNumber: '1' }] }),
    ).rejects.toMatchObject({ cause: { type: 'invalid_transition' } });
    await until(async () => (await world.mails(id)).includes('attention_needed'));
    expect(await world.mails(id)).toEqual(['attention_needed']);
    expect((await world.order(id)).refunds).toEqual([]);

    await world.handle(id).executeUpdate('retry'); // Stripe is read again, and says the same
    await until(async () => (await world.handle(id).query(stateQuery)).attention !== null);
    restore();
    await world.handle(id).executeUpdate('retry'); // now it says what was asked
    await until(async () => (await world.mails(id)).includes('order_confirmation'));
    expect(await world.order(id)).toMatchObject({ status: 'PREPARING', total: 1000n });
    expect((await world.mails(id)).filter((template) => template === 'attention_needed')).toHaveLength(1);
  });

  test('is not cancelled while its payment is disputed: the bank decides about the money', async () => {
    await world.product('doubted', { amount: 1000, stock: 1 });
    const { id } = await world.checkout([{ sku: 'doubted' }]);
    const restore = tamper(id, (session) => {
      session.amount_total = 999;
    });
    await world.paid(id);
    await world.db.order.update({ where: { sessionId: id }, data: { disputed: true } });
    const cancel = () => world.handle(id).executeUpdate('cancel', { args: [{ reason: 'other' }] });
    await expect(cancel()).rejects.toMatchObject({ cause: { message: expect.stringMatching(/bank decides/) } });
    await world.db.order.update({ where: { sessionId: id }, data: { disputed: false } });
    await atRest(world, id); // it has read Stripe once more, and waits for a decision again
    restore();
    await world.handle(id).executeUpdate('retry');
    await until(async () => (await world.order(id)).status === 'PREPARING');
  });

  test('less received than the total comes to', async () => {
    await world.product('short', { amount: 1000, stock: 1 });
    const { id } = await world.checkout([{ sku: 'short' }]);
    const restore = tamper(id, ({ payment_intent: intent }) => {
      if (typeof intent === 'object' && intent) intent.amount_received = 999;
    });
    expect((await world.paid(id)).attentionReason).toBe('received €9.99, the total is €10.00');
    restore();
    await world.handle(id).executeUpdate('cancel', { args: [{ reason: 'other' }] });
  });

  test('a session with our metadata, made at another price', async () => {
    await world.product('cheap', { amount: 1000, stock: 1 });
    const { metadata } = await world.stripe.checkout.sessions.retrieve(await world.session([{ sku: 'cheap' }]));
    const checkout = metadata?.[METADATA.checkout] as string;
    await world.db.checkout.update({ where: { id: checkout }, data: { sessionId: null, url: null } });
    const { id: product } = await world.stripe.products.create({ name: 'cheap' });
    const dumped = { product, unit_amount: 60, currency: 'eur', metadata: { [METADATA.sku]: 'cheap' } };
    const { id: price } = await world.stripe.prices.create(dumped);
    const made = await world.stripe.checkout.sessions.create({
      ...{ mode: 'payment', line_items: [{ price, quantity: 1 }], success_url: 'http://localhost/thanks' },
      metadata: { [METADATA.checkout]: checkout },
    });
    expect((await world.paid(sessionId(made.id))).attentionReason).toBe('cheap: €0.60 at Stripe, expected €10.00');
    expect(await world.stock('cheap')).toEqual({ onHand: 1, held: 1 });
  });
});
