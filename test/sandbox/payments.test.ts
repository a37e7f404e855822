import type Stripe from 'stripe';
import { lineOf, openSession, paidSession, type Rig, refusal, startRig, until } from './rig';

let rig: Rig;
beforeEach(async () => {
  rig = await startRig();
});
afterEach(() => rig.end());

const look = async (id: string) => {
  const session = await rig.stripe.checkout.sessions.retrieve(id, { expand: ['payment_intent.latest_charge'] });
  const intent = session.payment_intent as Stripe.PaymentIntent | null;
  return { session, intent, charge: intent?.latest_charge as Stripe.Charge | null };
};
const types = async () =>
  (await rig.stripe.events.list({ limit: 100 })).data
    .map(({ type }) => type)
    .reverse()
    .filter((type) => !/^(product|price)\./.test(type));
const pay = (id: string, body = {}) => rig.control('POST', `/sessions/${id}/pay`, body);

test('after a card payment the session, PaymentIntent, charge and balance agree', async () => {
  const { id } = await openSession(rig, {
    metadata: { order: 'session' },
    payment_intent_data: { metadata: { order: 'intent' }, description: 'H-1' },
    shipping_address_collection: { allowed_countries: ['AT'] },
    phone_number_collection: { enabled: true },
  });
  const answer = await pay(id, {
    email: 'ada@example.com',
    name: 'Ada',
    address: { line1: 'Ring 1', city: 'Wien', postal_code: '1010', country: 'AT' },
  });
  expect(answer).toMatchObject({ outcome: 'complete', redirect: `http://shop.test/success?session_id=${id}` });
  const { session, intent, charge } = await look(id);
  expect(session).toMatchObject({
    status: 'complete',
    payment_status: 'paid',
    url: null,
    metadata: { order: 'session' },
    customer_details: { email: 'ada@example.com', name: 'Ada' },
    collected_information: {
      shipping_details: { name: 'Ada', address: { line1: 'Ring 1', country: 'AT', line2: null } },
    },
  });
  expect(intent).toMatchObject({
    status: 'succeeded',
    amount: 1250,
    amount_received: 1250,
    currency: 'eur',
    metadata: { order: 'intent' },
    description: 'H-1',
  });
  expect(intent?.shipping).toMatchObject({ name: 'Ada', address: { city: 'Wien' } });
  expect(charge).toMatchObject({
    status: 'succeeded',
    paid: true,
    captured: true,
    amount: 1250,
    amount_refunded: 0,
    refunded: false,
    disputed: false,
  });
  expect(charge?.payment_method_details).toMatchObject({ type: 'card', card: { last4: '4242', brand: 'visa' } });
  const balance = await rig.stripe.balanceTransactions.retrieve(charge?.balance_transaction as string);
  expect(balance).toMatchObject({
    amount: 1250,
    net: 1250 - balance.fee,
    type: 'charge',
    source: charge?.id,
    status: 'pending',
  });
  expect(await types()).toEqual([
    'payment_intent.created',
    'charge.succeeded',
    'payment_intent.succeeded',
    'checkout.session.completed',
  ]);
});

test('a customer is created for every buyer if the session says so; otherwise they stay a guest', async () => {
  const { id } = await openSession(rig, { customer_creation: 'always' });
  await pay(id, { email: 'ada@example.com' });
  const { customer } = await rig.stripe.checkout.sessions.retrieve(id, { expand: ['customer'] });
  expect(customer).toMatchObject({ object: 'customer', email: 'ada@example.com' });
  expect((await look((await paidSession(rig)).id)).session.customer).toBeNull();
});

test('a declined card leaves the session open; another card then pays it', async () => {
  const { id } = await openSession(rig);
  expect(await rig.control('POST', `/sessions/${id}/decline`)).toMatchObject({
    outcome: 'declined',
    message: 'Your card has insufficient funds.',
  });
  const declined = await look(id);
  expect(declined.session).toMatchObject({ status: 'open', payment_status: 'unpaid' });
  expect(declined.intent).toMatchObject({
    status: 'requires_payment_method',
    last_payment_error: { type: 'card_error', code: 'card_declined', decline_code: 'insufficient_funds' },
  });
  expect(declined.charge).toMatchObject({
    status: 'failed',
    paid: false,
    failure_code: 'card_declined',
    balance_transaction: null,
  });
  await pay(id);
  const paid = await look(id);
  expect(paid.session).toMatchObject({ status: 'complete', payment_status: 'paid' });
  expect(paid.intent?.id).toBe(declined.intent?.id);
  expect(paid.intent?.last_payment_error).toBeNull();
  expect(
    (await rig.stripe.charges.list({ payment_intent: paid.intent?.id ?? '' })).data.map(({ status }) => status),
  ).toEqual(['succeeded', 'failed']);
  expect(await types()).toContain('payment_intent.payment_failed');
});

test('a number that is not a test card is declined', async () => {
  const { id } = await openSession(rig);
  expect(await pay(id, { card: '4111111111111111' })).toMatchObject({ outcome: 'declined' });
  expect(await pay(id, { card: '4242424242424241' })).toMatchObject({ message: 'Your card number is incorrect.' });
});

describe('3-D Secure', () => {
  const start = async () => {
    const { id } = await openSession(rig);
    expect(await rig.control('POST', `/sessions/${id}/three-d-secure/start`)).toMatchObject({
      outcome: 'authenticate',
    });
    return id;
  };

  test('is under way, then passes', async () => {
    const id = await start();
    const state = await look(id);
    expect(state.session.status).toBe('open');
    expect(state.intent).toMatchObject({
      status: 'requires_action',
      latest_charge: null,
      next_action: { type: 'redirect_to_url' },
    });
    await rig.control('POST', `/sessions/${id}/three-d-secure/succeed`);
    expect((await look(id)).session).toMatchObject({ status: 'complete', payment_status: 'paid' });
  });

  test('fails, and the session stays open', async () => {
    const id = await start();
    await rig.control('POST', `/sessions/${id}/three-d-secure/fail`);
    const { session, intent } = await look(id);
    expect(session).toMatchObject({ status: 'open', payment_status: 'unpaid' });
    expect(intent).toMatchObject({
      status: 'requires_payment_method',
      last_payment_error: { code: 'payment_intent_authentication_failure' },
    });
  });

  test('passes after the session expired, and the money arrives all the same', async () => {
    const id = await start();
    await rig.stripe.checkout.sessions.expire(id);
    expect((await look(id)).intent?.status).toBe('requires_action');
    await rig.control('POST', `/sessions/${id}/three-d-secure/succeed`);
    const { session, intent, charge } = await look(id);
    expect(session).toMatchObject({ status: 'expired', payment_status: 'paid' });
    expect(intent?.status).toBe('succeeded');
    expect(charge?.status).toBe('succeeded');
    expect(await types()).not.toContain('checkout.session.completed');
  });

  test('fails after the session expired', async () => {
    const id = await start();
    await rig.stripe.checkout.sessions.expire(id);
    await rig.control('POST', `/sessions/${id}/three-d-secure/fail`);
    expect(await look(id)).toMatchObject({
      session: { status: 'expired', payment_status: 'unpaid' },
      intent: { status: 'canceled' },
    });
  });
});

test('expiring after a decline cancels the PaymentIntent', async () => {
  const { id } = await openSession(rig);
  await rig.control('POST', `/sessions/${id}/decline`);
  await rig.stripe.checkout.sessions.expire(id);
  expect((await look(id)).intent?.status).toBe('canceled');
});

describe('a bank debit', () => {
  const start = async () => {
    const { id } = await openSession(rig);
    await pay(id, { method: 'bank_debit' });
    return id;
  };

  test('completes the session unpaid, and settles later', async () => {
    const id = await start();
    expect(await look(id)).toMatchObject({
      session: { status: 'complete', payment_status: 'unpaid' },
      intent: { status: 'processing', amount_received: 0 },
      charge: { status: 'pending', paid: true, balance_transaction: null },
    });
    await rig.control('POST', `/sessions/${id}/settle`);
    expect(await look(id)).toMatchObject({
      session: { status: 'complete', payment_status: 'paid' },
      intent: { status: 'succeeded', amount_received: 1250 },
      charge: { status: 'succeeded', balance_transaction: expect.stringMatching(/^txn_/) },
    });
    expect(await types()).toEqual([
      'payment_intent.created',
      'charge.pending',
      'payment_intent.processing',
      'checkout.session.completed',
      'charge.succeeded',
      'payment_intent.succeeded',
      'checkout.session.async_payment_succeeded',
    ]);
  });

  test('completes the session unpaid, and fails later', async () => {
    const id = await start();
    await rig.control('POST', `/sessions/${id}/fail-delayed`);
    expect(await look(id)).toMatchObject({
      session: { status: 'complete', payment_status: 'unpaid' },
      intent: { status: 'requires_payment_method', last_payment_error: expect.anything() },
      charge: { status: 'failed', paid: false },
    });
    expect(await types()).toContain('checkout.session.async_payment_failed');
    expect(await rig.control('POST', `/sessions/${id}/settle`)).toHaveProperty('error');
  });

  test('is refused if the session does not offer it', async () => {
    const { id, payment_method_types } = await openSession(rig, { allowed_payment_method_types: ['card'] });
    expect(payment_method_types).toEqual(['card']);
    expect(await pay(id, { method: 'bank_debit' })).toHaveProperty('error');
    expect((await look(id)).session).toMatchObject({ status: 'open', payment_intent: null });
  });
});

describe('the total', () => {
  test('is zero with a code of 100 %, without a PaymentIntent', async () => {
    const coupon = await rig.stripe.coupons.create({ percent_off: 100 });
    await rig.stripe.promotionCodes.create({
      promotion: { type: 'coupon', coupon: coupon.id },
      code: 'FREE',
      max_redemptions: 1,
    });
    const { id } = await openSession(rig, { allow_promotion_codes: true });
    expect(await pay(id, { promotionCode: 'WRONG' })).toMatchObject({ error: { message: 'This code is invalid.' } });
    await pay(id, { promotionCode: 'free' });
    expect((await look(id)).session).toMatchObject({
      status: 'complete',
      payment_status: 'no_payment_required',
      payment_intent: null,
      amount_subtotal: 1250,
      amount_total: 0,
    });
    const second = await openSession(rig, { allow_promotion_codes: true });
    expect(await pay(second.id, { promotionCode: 'FREE' })).toHaveProperty('error');
  });

  test('includes shipping and tax on top of the subtotal', async () => {
    const rate = (name: string, amount: number) => ({
      shipping_rate_data: { display_name: name, fixed_amount: { amount, currency: 'eur' } },
    });
    const { id, amount_total } = await openSession(rig, {
      shipping_options: [rate('Post', 490), rate('Express', 990)],
      automatic_tax: { enabled: true },
    });
    expect(amount_total).toBe(1740);
    await pay(id, { shippingOption: 1, tax: 238 });
    const { session, intent } = await look(id);
    expect(session).toMatchObject({
      amount_subtotal: 1250,
      amount_total: 2478,
      total_details: { amount_shipping: 990, amount_tax: 238, amount_discount: 0 },
      shipping_cost: { amount_total: 990 },
      automatic_tax: { status: 'complete' },
    });
    expect(intent?.amount).toBe(2478);
  });

  test('has the tax of the buyer’s country, in the prices or on top of them, after the discount, on shipping too', async () => {
    const priced = (name: string, unit_amount: number, tax_behavior: 'inclusive' | 'exclusive') => ({
      price_data: { currency: 'eur', unit_amount, tax_behavior, product_data: { name } },
      quantity: 1,
    });
    const coupon = await rig.stripe.coupons.create({ percent_off: 50 });
    const { id, automatic_tax } = await openSession(rig, {
      line_items: [priced('Mug', 2000, 'exclusive'), priced('Cup', 2380, 'inclusive')],
      discounts: [{ coupon: coupon.id }],
      automatic_tax: { enabled: true },
      shipping_address_collection: { allowed_countries: ['DE', 'CH', 'US'] },
      shipping_options: [
        {
          shipping_rate_data: {
            ...{ display_name: 'Post', type: 'fixed_amount', tax_behavior: 'exclusive' },
            fixed_amount: { amount: 500, currency: 'eur' },
          },
        },
      ],
    });
    expect(automatic_tax.status).toBe('requires_location_inputs');
    const copy = await openSession(rig, { automatic_tax: { enabled: true } });
    await pay(id, {});
    const { session } = await look(id);
    expect(session).toMatchObject({
      ...{ amount_subtotal: 4380, amount_total: 1000 + 190 + 1190 + 500 + 95 },
      total_details: { amount_discount: 2190, amount_shipping: 500, amount_tax: 190 + 190 + 95 },
      shipping_cost: { amount_subtotal: 500, amount_tax: 95, amount_total: 595 },
      automatic_tax: { status: 'complete' },
    });
    await pay(copy.id, { address: { line1: 'Main St 1', city: 'Boston', postal_code: '02101', country: 'US' } });
    expect((await look(copy.id)).session).toMatchObject({ amount_total: 1250, total_details: { amount_tax: 0 } });
  });

  test('has no more places than its currency: a tax and a percentage are rounded to what it can have', async () => {
    const coupon = await rig.stripe.coupons.create({ percent_off: 33 });
    const { id } = await openSession(rig, {
      line_items: [
        { price_data: { currency: 'isk', unit_amount: 99_900, product_data: { name: 'Mug' } }, quantity: 1 },
      ],
      discounts: [{ coupon: coupon.id }],
      automatic_tax: { enabled: true },
    });
    await pay(id, {});
    expect((await look(id)).session).toMatchObject({
      total_details: { amount_discount: 33_000, amount_tax: 12_700 },
      amount_total: 79_600,
    });
  });

  test('is taken off by a code only in its currency, from its minimum on, and while it and its coupon are valid', async () => {
    const { coupons, promotionCodes } = rig.stripe;
    const codeOf = async (code: string, coupon: Stripe.CouponCreateParams, more: object = {}) => {
      const { id } = await coupons.create(coupon);
      return promotionCodes.create({ promotion: { type: 'coupon', coupon: id }, code, ...more });
    };
    await codeOf('DOLLARS', { amount_off: 100, currency: 'usd' });
    const minimum = (minimum_amount: number) => ({ restrictions: { minimum_amount, minimum_amount_currency: 'eur' } });
    await codeOf('MUCH', { percent_off: 10 }, minimum(1251));
    await codeOf('FIRST', { percent_off: 10 }, { restrictions: { first_time_transaction: true } });
    await codeOf('ONCE', { percent_off: 10, max_redemptions: 1, redeem_by: 1 });
    const off = await codeOf('OFF', { percent_off: 10 });
    await promotionCodes.update(off.id, { active: false });
    const { coupon } = off.promotion;
    expect(await coupons.update(String(coupon), { name: 'Tenth' })).toMatchObject({ name: 'Tenth', percent_off: 10 });
    await codeOf('ENOUGH', { percent_off: 10 }, minimum(1250));
    const { id } = await openSession(rig, { allow_promotion_codes: true });
    for (const promotionCode of ['DOLLARS', 'MUCH', 'FIRST', 'ONCE', 'OFF'])
      expect(await pay(id, { promotionCode })).toMatchObject({ error: { message: 'This code is invalid.' } });
    await pay(id, { promotionCode: 'ENOUGH' });
    expect((await look(id)).session).toMatchObject({ amount_total: 1125, total_details: { amount_discount: 125 } });
    const { id: none } = await openSession(rig);
    expect(await pay(none, { promotionCode: 'ENOUGH' })).toHaveProperty('error');
  });

  test('stays in the shop’s currency while Adaptive Pricing shows the buyer another', async () => {
    const { id } = await openSession(rig, { adaptive_pricing: { enabled: true } });
    await pay(id, { presentment: { amount: 1390, currency: 'usd' } });
    const { session, intent, charge } = await look(id);
    expect(session).toMatchObject({
      currency: 'eur',
      amount_total: 1250,
      presentment_details: { presentment_amount: 1390, presentment_currency: 'usd' },
    });
    for (const shown of [intent, charge])
      expect(shown).toMatchObject({ amount: 1250, presentment_details: { presentment_currency: 'usd' } });
  });
});

describe('an invoice', () => {
  const asked = { invoice_creation: { enabled: true } };

  test('of the whole total is made when the money is there, for a customer of its own', async () => {
    const { id } = await openSession(rig, { ...asked, automatic_tax: { enabled: true } });
    expect((await look(id)).session).toMatchObject({ invoice: null, customer: null });
    await pay(id, { email: 'ada@example.com' });
    const session = await rig.stripe.checkout.sessions.retrieve(id, { expand: ['invoice'] });
    const invoice = session.invoice as Stripe.Invoice;
    expect(invoice).toMatchObject({
      ...{ object: 'invoice', status: 'paid', customer: session.customer, customer_email: 'ada@example.com' },
      ...{ subtotal: 1250, total: 1488, amount_paid: 1488, total_excluding_tax: 1250 },
    });
    expect(await rig.stripe.invoices.retrieve(invoice.id)).toMatchObject({ number: invoice.number });
    const { data } = await rig.stripe.invoices.list({ customer: String(session.customer), status: 'paid' });
    expect(data.map((one) => one.id)).toEqual([invoice.id]);
    expect(await (await fetch(invoice.hosted_invoice_url ?? '')).text()).toContain('€14.88 paid');
    expect(await types()).toContain('invoice.paid');
  });

  test('waits for a debit, and is not made of what costs nothing, nor unasked', async () => {
    const { id } = await openSession(rig, asked);
    await pay(id, { method: 'bank_debit' });
    expect((await look(id)).session.invoice).toBeNull();
    await rig.control('POST', `/sessions/${id}/settle`);
    expect((await look(id)).session.invoice).toMatch(/^in_/);
    const free = await openSession(rig, { ...asked, line_items: [lineOf({ amount: 0 })] });
    await pay(free.id, {});
    const { id: plain } = await paidSession(rig);
    for (const one of [free.id, plain]) expect((await look(one)).session.invoice).toBeNull();
  });
});

test("a session's PaymentIntent cannot be cancelled", async () => {
  const { id } = await openSession(rig, { line_items: [lineOf()] });
  await rig.control('POST', `/sessions/${id}/decline`);
  const open = await refusal(rig.stripe.paymentIntents.cancel((await look(id)).intent?.id ?? ''));
  expect(open.message).toMatch(/Expire the Checkout Session instead/);
  const { intent } = await paidSession(rig);
  expect((await refusal(rig.stripe.paymentIntents.cancel(intent))).message).toMatch(
    /because it has a status of succeeded/,
  );
});

test('a payment with the disputed test card is disputed later: the money leaves, with an event', async () => {
  const { id } = await paidSession(rig, { card: '4000000000000259' });
  expect((await look(id)).charge?.disputed).toBe(false);
  await rig.control('POST', '/clock', { advanceMs: 61_000 });
  const { charge } = await look(id);
  expect(charge?.disputed).toBe(true);
  const [dispute] = (await rig.stripe.disputes.list({ charge: charge?.id ?? '' })).data;
  expect(dispute).toMatchObject({
    amount: 1250,
    status: 'needs_response',
    reason: 'fraudulent',
    is_charge_refundable: false,
  });
  expect((await types()).slice(-2)).toEqual(['charge.dispute.created', 'charge.dispute.funds_withdrawn']);
  await rig.control('POST', `/disputes/${dispute?.id}/close`, { status: 'won' });
  const moved = await rig.stripe.balanceTransactions.list({ source: dispute?.id ?? '' });
  expect(moved.data.reduce((sum, { amount }) => sum + amount, 0)).toBe(0);
});

describe('manual capture', () => {
  const authorised = async () => {
    const { id, intent } = await paidSession(rig, { payment_intent_data: { capture_method: 'manual' } });
    return { id, intent, held: await rig.stripe.paymentIntents.retrieve(intent, { expand: ['latest_charge'] }) };
  };

  test('leaves the session complete and unpaid, and says until when the card can be captured', async () => {
    const { id, held } = await authorised();
    expect(await rig.stripe.checkout.sessions.retrieve(id)).toMatchObject({
      status: 'complete',
      payment_status: 'unpaid',
    });
    expect(held).toMatchObject({ status: 'requires_capture', amount_received: 0, amount_capturable: 1250 });
    const { captured, balance_transaction, payment_method_details } = held.latest_charge as Stripe.Charge;
    expect([captured, balance_transaction]).toEqual([false, null]);
    expect(payment_method_details?.card?.capture_before).toBe(held.created + 7 * 86_400);
  });

  test('takes the money when it is captured, and no session event tells of it', async () => {
    const { id, intent } = await authorised();
    const before = rig.hook.received.length;
    await rig.stripe.paymentIntents.capture(intent);
    await until(() => rig.hook.received.slice(before).some(({ event }) => event.type === 'payment_intent.succeeded'));
    const types = rig.hook.received.slice(before).map(({ event }) => event.type);
    expect(types.filter((type) => type.startsWith('checkout.session.async'))).toEqual([]);
    expect(await rig.stripe.checkout.sessions.retrieve(id)).toMatchObject({ payment_status: 'paid' });
    expect(await rig.stripe.paymentIntents.retrieve(intent)).toMatchObject({
      status: 'succeeded',
      amount_received: 1250,
    });
    expect(await refusal(rig.stripe.paymentIntents.capture(intent))).toMatchObject({
      code: 'payment_intent_unexpected_state',
    });
  });

  test('lapses after seven days', async () => {
    const { intent } = await authorised();
    await rig.control('POST', '/clock', { advanceMs: 7 * 86_400_000 + 1000 });
    await until(async () => (await rig.stripe.paymentIntents.retrieve(intent)).status === 'canceled');
  });
});

describe('a voucher', () => {
  test.each([
    ['brl', 'boleto', 'number'],
    ['mxn', 'oxxo', 'number'],
    ['jpy', 'konbini', 'stores'],
    ['eur', 'multibanco', 'reference'],
  ])('in %s is a %s, and is paid later', async (currency, type, field) => {
    const line = { price_data: { currency, product_data: { name: 'Mug' }, unit_amount: 1250 }, quantity: 1 };
    const { id } = await openSession(rig, {
      line_items: [line],
      allowed_payment_method_types: ['card', type as never],
    });
    await rig.control('POST', `/sessions/${id}/pay`, { method: 'voucher' });
    const issued = await rig.stripe.checkout.sessions.retrieve(id, { expand: ['payment_intent'] });
    expect(issued).toMatchObject({
      ...{ status: 'complete', payment_status: 'unpaid' },
      payment_intent: {
        status: 'requires_action',
        latest_charge: null,
        next_action: {
          [`${type}_display_details`]: {
            hosted_voucher_url: expect.stringMatching(/^http/),
            [field]: expect.anything(),
          },
        },
      },
    });
    await rig.control('POST', `/sessions/${id}/settle`);
    expect(await rig.stripe.checkout.sessions.retrieve(id, { expand: ['payment_intent.latest_charge'] })).toMatchObject(
      {
        payment_status: 'paid',
        payment_intent: { status: 'succeeded', next_action: null, latest_charge: { payment_method_details: { type } } },
      },
    );
  });

  test('that is not paid expires after three days', async () => {
    const line = { price_data: { currency: 'brl', product_data: { name: 'Mug' }, unit_amount: 1250 }, quantity: 1 };
    const { id } = await openSession(rig, { line_items: [line] });
    const { session } = await rig.control('POST', `/sessions/${id}/pay`, { method: 'voucher' });
    await rig.control('POST', '/clock', { advanceMs: 3 * 86_400_000 + 1000 });
    await until(
      async () =>
        (await rig.stripe.paymentIntents.retrieve(session.payment_intent)).status === 'requires_payment_method',
    );
    await rig.hook.got('checkout.session.async_payment_failed');
  });
});

test('a session in setup mode takes no payment', async () => {
  const { id, amount_total } = await rig.stripe.checkout.sessions.create({
    ...{ mode: 'setup', currency: 'eur', success_url: 'http://shop.test/success' },
  });
  expect(amount_total).toBeNull();
  await rig.control('POST', `/sessions/${id}/pay`);
  expect(await rig.stripe.checkout.sessions.retrieve(id)).toMatchObject({
    ...{ mode: 'setup', status: 'complete', payment_status: 'no_payment_required', amount_total: null },
    ...{ payment_intent: null, setup_intent: expect.stringMatching(/^seti_/) },
  });
});
