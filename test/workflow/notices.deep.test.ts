import type Stripe from 'stripe';
import { Risk } from './risk';
import { until, World } from './world';

let world: World;
let risk: Risk;
const DAY = 86_400_000;

beforeAll(async () => {
  world = await World.start();
  risk = new Risk(world);
  await world.product('mug', { amount: 1250, stock: 1000 });
  await world.product('ebook', { amount: 900 });
});
afterAll(() => world.stop());

const parcel = { carrier: 'DHL', trackingNumber: 'A1' };
const isRefused = { cause: { type: 'invalid_transition' } };
const stray = async () => {
  const made = await world.stripe.checkout.sessions.create({
    mode: 'payment',
    line_items: [
      { price_data: { currency: 'eur', unit_amount: 700, product_data: { name: 'Not ours' } }, quantity: 1 },
    ],
    success_url: 'http://localhost/success',
  });
  await world.pay(made.id as never);
  return made.id as never;
};

describe('a review', () => {
  const opened = async (id: never | string): Promise<Stripe.Review> =>
    world.at<Stripe.Review>(`/charges/${await risk.chargeOf(id as never)}/review`);
  const closed = (review: Stripe.Review, reason: string) => world.at(`/reviews/${review.id}/close`, { reason });

  test('holds the shipping while it is open, and an approval lets go', async () => {
    const id = await world.paidOrder([{ sku: 'mug' }]);
    const review = await opened(id);
    expect(await risk.notice('review', review.id)).toBe('order');
    expect(await world.order(id)).toMatchObject({ reviewOpen: true, attentionStep: null });
    await expect(world.ask(id, 'ship', parcel)).rejects.toMatchObject(isRefused);

    await closed(review, 'approved');
    expect(await risk.notice('review', review.id)).toBe('order');
    expect(await world.order(id)).toMatchObject({ reviewOpen: false, attentionStep: null });
    expect(await risk.told(id, 'review')).toEqual([
      'Stripe Radar is reviewing the payment (rule)',
      'Stripe Radar’s review ended: approved',
    ]);
    expect(await world.ask(id, 'ship', parcel)).toBe('SHIPPED');
  });

  test('of which only the end is ever heard, or the opening after the end, holds nothing', async () => {
    const id = await world.paidOrder([{ sku: 'mug' }]);
    const review = await opened(id);
    await closed(review, 'approved');
    await risk.notice('review', review.id);
    await risk.notice('review', review.id); // the event of the opening comes last: the review is read, not the event
    expect(await world.order(id)).toMatchObject({ reviewOpen: false });
    expect(await risk.told(id, 'review')).toHaveLength(1);
  });

  test.each(['canceled', 'payment_never_settled', 'redacted'])(
    'that ends “%s” calls for a decision, once',
    async (reason) => {
      const id = await world.paidOrder([{ sku: 'mug' }]);
      const review = await opened(id);
      await risk.notice('review', review.id);
      await closed(review, reason);
      await risk.notice('review', review.id);
      const order = await world.order(id);
      expect(order).toMatchObject({ reviewOpen: false, attentionStep: 'review-closed' });
      expect(order.attentionReason).toContain(`“${reason}”`);
      expect(await risk.mailsOf(id, 'attention_needed')).toBe(1);
      await risk.retry(id);
      await risk.notice('review', review.id);
      expect(await world.order(id)).toMatchObject({ attentionStep: null });
      expect(await risk.mailsOf(id, 'attention_needed')).toBe(1);
    },
  );

  test('that ends with a refund: the refund is followed, though no event ever told of it', async () => {
    const id = await world.paidOrder([{ sku: 'mug' }]);
    const review = await opened(id);
    await risk.notice('review', review.id);
    await world.at('/refunds', { charge: await risk.chargeOf(id) }); // which closes the review at Stripe
    expect((await world.stripe.reviews.retrieve(review.id)).closed_reason).toBe('refunded');
    expect(await risk.notice('review', review.id)).toBe('order');
    expect(await risk.ended({ id })).toBe('REFUNDED');
    expect(await world.order(id)).toMatchObject({ reviewOpen: false, refunded: 1250n, attentionStep: null });
  });

  test('that ends in a dispute: the dispute is followed', async () => {
    const id = await world.paidOrder([{ sku: 'mug' }]);
    const review = await opened(id);
    await risk.notice('review', review.id);
    const dispute = await risk.dispute(id);
    await risk.notice('review', review.id);
    world.know(dispute.id as never);
    await risk.recorded(dispute, { open: true });
    expect(await world.order(id)).toMatchObject({ reviewOpen: false, disputed: true });
  });

  test('of an order that nobody here has heard of yet takes it up, and holds it', async () => {
    const id = await world.session([{ sku: 'mug' }]);
    await world.pay(id);
    const review = await opened(id);
    expect(await risk.notice('review', review.id)).toBe('order');
    expect(await world.order(id)).toMatchObject({ reviewOpen: true });
  });

  test('of nobody’s payment is counted, and so is one of another account', async () => {
    const review = await opened(await stray());
    expect(await risk.notice('review', review.id)).toBe('unknown');
    expect(await world.db.notice.findUnique({ where: { id: review.id } })).toMatchObject({
      ...{ kind: 'review', sessionId: null, open: false, reason: 'rule' },
    });
    expect(await risk.notice('review', 'prv_of_another_account')).toBe('unknown');
  });
});

describe('an early fraud warning', () => {
  const warned = async (id: string, how: Record<string, unknown> = {}) =>
    world.at<Stripe.Radar.EarlyFraudWarning>(`/charges/${await risk.chargeOf(id as never)}/early-fraud-warning`, {
      fraud_type: 'made_with_stolen_card',
      ...how,
    });

  test('holds the order back with a recommendation, which “retry” declines', async () => {
    const id = await world.paidOrder([{ sku: 'mug', quantity: 2 }]);
    const warning = await warned(id);
    expect(await risk.notice('fraud-warning', warning.id)).toBe('order');
    const order = await world.order(id);
    expect(order).toMatchObject({ fraudWarning: true, attentionStep: 'fraud-warning' });
    expect(order.attentionReason).toMatch(
      /made_with_stolen_card.*consider refunding €25\.00 before it becomes a dispute/,
    );
    expect(await risk.mailsOf(id, 'attention_needed')).toBe(1);
    await expect(world.ask(id, 'ship', parcel)).rejects.toMatchObject(isRefused);

    await risk.retry(id);
    expect(await world.order(id)).toMatchObject({ fraudWarning: false, attentionStep: null });
    await risk.notice('fraud-warning', warning.id); // told again: the decision stands
    expect(await world.order(id)).toMatchObject({ fraudWarning: false, attentionStep: null });
    expect(await world.ask(id, 'ship', parcel)).toBe('SHIPPED');
  });

  test('that is followed by “cancel” gives the money back, and then asks nothing more', async () => {
    const id = await world.paidOrder([{ sku: 'mug' }]);
    const warning = await warned(id);
    await risk.notice('fraud-warning', warning.id);
    await risk.heard(id);
    expect(await world.ask(id, 'cancel', { reason: 'other' })).toBe('REFUNDED');
    await risk.notice('fraud-warning', warning.id);
    expect(await world.order(id)).toMatchObject({ refunded: 1250n, fraudWarning: false, attentionStep: null });
  });

  test('that becomes a dispute gives way to it', async () => {
    const id = await world.paidOrder([{ sku: 'mug' }]);
    const warning = await warned(id);
    await risk.notice('fraud-warning', warning.id);
    await risk.disputed(id);
    await risk.notice('fraud-warning', warning.id);
    expect(await world.order(id)).toMatchObject({ fraudWarning: false, attentionStep: null, disputed: true });
    await expect(world.ask(id, 'ship', parcel)).rejects.toMatchObject(isRefused);
  });

  test('about which nothing can be done is told, and holds nothing', async () => {
    const id = await world.paidOrder([{ sku: 'mug' }]);
    const warning = await warned(id, { actionable: false });
    await risk.notice('fraud-warning', warning.id);
    expect(await world.order(id)).toMatchObject({ fraudWarning: false, attentionStep: null });
    expect(await risk.told(id, 'fraud-warning')).toEqual([
      'The card’s issuer warns of fraud (made with stolen card); it is too late to act on it',
    ]);
  });

  test('of an order that has ended: attention in the database, and a mail', async () => {
    const id = await world.completedOrder([{ sku: 'ebook' }]);
    const warning = await warned(id);
    expect(await risk.notice('fraud-warning', warning.id)).toBe('order');
    const order = await world.order(id);
    expect(order).toMatchObject({ status: 'COMPLETED', fraudWarning: false, attentionStep: 'fraud-warning' });
    expect(order.attentionReason).toMatch(/consider refunding €9\.00 .*refund gives it back$/);
    expect(await risk.mailsOf(id, 'attention_needed')).toBe(1);
  });

  test('of nobody’s payment is counted', async () => {
    const warning = await warned(await stray());
    expect(await risk.notice('fraud-warning', warning.id)).toBe('unknown');
    expect(await risk.notice('fraud-warning', 'issfr_of_another_account')).toBe('unknown');
  });
});

describe('a failed payment', () => {
  const intentOf = async (id: string): Promise<string> => {
    const { payment_intent } = await world.stripe.checkout.sessions.retrieve(id);
    return payment_intent as string;
  };

  test('inside an open session ends nothing: it is on the timeline with its code, and the next card is taken', async () => {
    const { id } = await world.checkout([{ sku: 'mug' }]);
    await world.at(`/sessions/${id}/decline`);
    const intent = await intentOf(id);
    expect(await risk.notice('payment-failed', intent)).toBe('order');
    await risk.notice('payment-failed', intent);
    expect(await risk.told(id, 'declined')).toEqual(['A payment was declined: card_declined, insufficient_funds']);
    expect(await world.order(id)).toMatchObject({ status: 'PENDING', paymentStatus: 'UNPAID', stock: 'HELD' });
    await world.pay(id);
    await world.webhook(id);
    await until(async () => (await world.order(id)).status === 'PREPARING');
  });

  test('that was delayed and on its way makes the order look for itself', async () => {
    const { id } = await world.checkout([{ sku: 'mug' }]);
    await world.pay(id, { method: 'bank_debit' });
    await world.webhook(id);
    await until(async () => (await world.order(id)).paymentStatus === 'PROCESSING');
    await world.at(`/sessions/${id}/fail-delayed`);
    expect(await risk.notice('payment-failed', await intentOf(id))).toBe('order');
    expect(await risk.ended({ id })).toBe('EXPIRED');
    expect(await world.order(id)).toMatchObject({ paymentStatus: 'FAILED' });
  });

  test('of nobody’s session is counted', async () => {
    const intent = await intentOf(await stray());
    expect(await risk.notice('payment-failed', intent)).toBe('unknown');
    expect(await world.db.notice.findUnique({ where: { id: intent } })).toMatchObject({ sessionId: null });
    expect(await risk.notice('payment-failed', 'pi_of_another_account')).toBe('unknown');
  });
});

test('a payout is of no order', async () => {
  const id = await world.completedOrder([{ sku: 'ebook' }]);
  await world.sleep(10 * DAY);
  expect((await world.order(id)).status).toBe('COMPLETED');
  const payout = await world.at<Stripe.Payout>('/payouts', { currency: 'eur' });
  expect(await risk.notice('payout', payout.id)).toBe('recorded');
  expect(await world.db.notice.findUnique({ where: { id: payout.id } })).toMatchObject({
    ...{ kind: 'payout', sessionId: null, open: false },
  });
  expect(await world.db.payout.findUnique({ where: { id: payout.id } })).toMatchObject({
    ...{ currency: 'eur', amount: BigInt(payout.amount), status: payout.status },
  });
});
