import type Stripe from 'stripe';
import { openSession, paidSession, type Rig, refusal, startRig } from './rig';

let rig: Rig;
beforeEach(async () => {
  rig = await startRig();
});
afterEach(() => rig.end());

const chargeOf = async (intent: string) => {
  const { latest_charge } = await rig.stripe.paymentIntents.retrieve(intent, { expand: ['latest_charge'] });
  return latest_charge as Stripe.Charge;
};
const balance = async () => {
  const { data } = await rig.stripe.balanceTransactions.list({ limit: 100 });
  return data.reduce((sum, { amount }) => sum + amount, 0);
};
const eventsOf = async (type: string) => (await rig.stripe.events.list({ type })).data;

test('a charge is refunded in part, then without an amount for the rest, then no more', async () => {
  const { intent } = await paidSession(rig);
  const part = await rig.stripe.refunds.create({
    payment_intent: intent,
    amount: 250,
    reason: 'requested_by_customer',
    metadata: { key: '1' },
  });
  expect(part).toMatchObject({
    object: 'refund',
    amount: 250,
    currency: 'eur',
    status: 'succeeded',
    reason: 'requested_by_customer',
    metadata: { key: '1' },
    payment_intent: intent,
  });
  const charge = await chargeOf(intent);
  expect(charge).toMatchObject({ amount_refunded: 250, refunded: false });
  const rest = await rig.stripe.refunds.create({ charge: charge.id });
  expect(rest.amount).toBe(1000);
  expect(await chargeOf(intent)).toMatchObject({ amount_refunded: 1250, refunded: true });
  const error = await refusal(rig.stripe.refunds.create({ payment_intent: intent }));
  expect(error).toMatchObject({
    statusCode: 400,
    code: 'charge_already_refunded',
    message: `Charge ${charge.id} has already been refunded.`,
  });
  expect((await rig.stripe.refunds.list({ payment_intent: intent })).data.map(({ id }) => id)).toEqual([
    rest.id,
    part.id,
  ]);
  expect((await rig.stripe.refunds.list({ charge: charge.id, limit: 1 })).has_more).toBe(true);
  const expanded = await rig.stripe.charges.retrieve(charge.id, { expand: ['refunds'] });
  expect(expanded.refunds?.data).toHaveLength(2);
  expect(await balance()).toBe(0);
  expect(await eventsOf('refund.created')).toHaveLength(2);
  expect((await eventsOf('charge.refunded'))[0]).toMatchObject({
    data: { previous_attributes: { amount_refunded: 250 } },
  });
});

test('a refund of more than is left is refused', async () => {
  const { intent } = await paidSession(rig);
  expect((await refusal(rig.stripe.refunds.create({ payment_intent: intent, amount: 2000 }))).message).toBe(
    'Refund amount (€20.00) is greater than charge amount (€12.50)',
  );
  await rig.stripe.refunds.create({ payment_intent: intent, amount: 1000 });
  const error = await refusal(rig.stripe.refunds.create({ payment_intent: intent, amount: 300 }));
  expect(error).toMatchObject({
    param: 'amount',
    message: 'Refund amount (€3.00) is greater than unrefunded amount on charge (€2.50)',
  });
});

test.each<[string, Stripe.RefundCreateParams, object]>([
  ['neither charge nor PaymentIntent', {}, { code: 'parameter_missing' }],
  ['an unknown PaymentIntent', { payment_intent: 'pi_nobody' }, { code: 'resource_missing', param: 'payment_intent' }],
  ['an amount of 0', { payment_intent: 'pi_nobody', amount: 0 }, { code: 'parameter_invalid_integer' }],
  [
    'an unknown reason',
    { payment_intent: 'pi_nobody', reason: 'other' as 'duplicate' },
    { message: 'Invalid reason: must be one of duplicate, fraudulent, or requested_by_customer' },
  ],
])('a refund is refused: %s', async (_text, params, expected) => {
  expect(await refusal(rig.stripe.refunds.create(params))).toMatchObject({
    type: 'StripeInvalidRequestError',
    ...expected,
  });
});

test('a debit that is still processing cannot be refunded', async () => {
  const { id } = await openSession(rig);
  const { session } = await rig.control('POST', `/sessions/${id}/pay`, { method: 'bank_debit' });
  expect((await refusal(rig.stripe.refunds.create({ payment_intent: session.payment_intent }))).message).toBe(
    `This PaymentIntent (${session.payment_intent}) does not have a successful charge to refund.`,
  );
});

test('a refund of a payment without a way back waits for the buyer’s bank details, then goes through or lapses', async () => {
  const { id } = await openSession(rig);
  const { session } = await rig.control('POST', `/sessions/${id}/pay`, { refundsAskForBank: true });
  const intent: string = session.payment_intent;
  const one = await rig.stripe.refunds.create({ payment_intent: intent, amount: 250 });
  expect(one).toMatchObject({
    status: 'requires_action',
    balance_transaction: null,
    next_action: { type: 'display_details', display_details: { email_sent: { email_sent_to: 'shopper@example.com' } } },
  });
  const other = await rig.stripe.refunds.create({ payment_intent: intent });
  await rig.control('POST', `/refunds/${one.id}/succeed`);
  await rig.control('POST', `/refunds/${other.id}/fail`);
  const now = await rig.stripe.refunds.retrieve(one.id);
  expect(now).toMatchObject({ status: 'succeeded', balance_transaction: expect.any(String) });
  expect(now).not.toHaveProperty('next_action');
  expect(await rig.stripe.refunds.retrieve(other.id)).toMatchObject({ status: 'failed' });
  expect(await chargeOf(intent)).toMatchObject({ amount_refunded: 250 });
});

test('a refund to card 7726 is pending, then succeeds', async () => {
  const { intent } = await paidSession(rig, { card: '4000000000007726' });
  const { id, status } = await rig.stripe.refunds.create({ payment_intent: intent });
  expect(status).toBe('pending');
  expect(await chargeOf(intent)).toMatchObject({ amount_refunded: 1250 });
  await rig.control('POST', '/clock', { advanceMs: 61_000 });
  expect(await rig.stripe.refunds.retrieve(id)).toMatchObject({ status: 'succeeded' });
  expect((await eventsOf('refund.updated'))[0]).toMatchObject({
    data: { object: { id, status: 'succeeded' }, previous_attributes: { status: 'pending' } },
  });
});

test('a refund to card 5126 succeeds, then fails, and the money is back', async () => {
  const { intent } = await paidSession(rig, { card: '4000000000005126' });
  const { id, status } = await rig.stripe.refunds.create({ payment_intent: intent });
  expect(status).toBe('succeeded');
  expect(await balance()).toBe(0);
  await rig.control('POST', '/clock', { advanceMs: 61_000 });
  expect(await rig.stripe.refunds.retrieve(id)).toMatchObject({
    status: 'failed',
    failure_reason: expect.any(String),
    failure_balance_transaction: expect.stringMatching(/^txn_/),
  });
  expect(await chargeOf(intent)).toMatchObject({ amount_refunded: 0, refunded: false });
  expect(await balance()).toBe(1250);
  expect(await eventsOf('refund.failed')).toHaveLength(1);
  expect(await rig.stripe.refunds.create({ payment_intent: intent })).toMatchObject({ amount: 1250 });
});

test('a refund made at the Dashboard starts in any status, and a test ends it', async () => {
  const { intent } = await paidSession(rig);
  const created = await rig.control('POST', '/refunds', {
    payment_intent: intent,
    amount: 500,
    status: 'requires_action',
  });
  expect(await rig.stripe.refunds.retrieve(created.id)).toMatchObject({
    status: 'requires_action',
    balance_transaction: null,
  });
  expect(await rig.stripe.refunds.cancel(created.id)).toMatchObject({ status: 'canceled' });
  expect(await chargeOf(intent)).toMatchObject({ amount_refunded: 0 });
  const pending = await rig.control('POST', '/refunds', { payment_intent: intent, status: 'pending' });
  expect((await refusal(rig.stripe.refunds.cancel(pending.id))).statusCode).toBe(400);
  await rig.control('POST', `/refunds/${pending.id}/fail`, { reason: 'expired_or_canceled_card' });
  expect(await rig.stripe.refunds.retrieve(pending.id)).toMatchObject({
    status: 'failed',
    failure_reason: 'expired_or_canceled_card',
  });
  expect(await rig.control('POST', `/refunds/${pending.id}/succeed`)).toHaveProperty('error');
  expect(await balance()).toBe(1250);
});

test('a disputed charge cannot be refunded until the dispute is won', async () => {
  const { intent } = await paidSession(rig);
  const charge = await chargeOf(intent);
  const dispute = await rig.control('POST', `/charges/${charge.id}/dispute`, { reason: 'product_not_received' });
  const error = await refusal(rig.stripe.refunds.create({ payment_intent: intent }));
  expect(error).toMatchObject({
    code: 'charge_disputed',
    message: `Charge ${charge.id} has been charged back; cannot issue a refund.`,
  });
  await rig.control('POST', `/disputes/${dispute.id}/close`, { status: 'won' });
  expect(await rig.stripe.refunds.create({ payment_intent: intent })).toMatchObject({ status: 'succeeded' });
});

test('only the metadata of a refund can be changed', async () => {
  const { intent } = await paidSession(rig);
  const { id } = await rig.stripe.refunds.create({ payment_intent: intent });
  expect((await rig.stripe.refunds.update(id, { metadata: { note: 'x' } })).metadata).toEqual({ note: 'x' });
  expect(await refusal(rig.stripe.refunds.update(id, { amount: 1 } as object))).toMatchObject({
    code: 'parameter_unknown',
  });
});
