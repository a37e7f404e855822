import type Stripe from 'stripe';
import { openSession, paidSession, type Rig, refusal, startRig } from './rig';

let rig: Rig;
beforeEach(async () => {
  rig = await startRig();
});
afterEach(() => rig.end());

const DAY = 24 * 60 * 60 * 1000;
const days = (count: number) => rig.control('POST', '/clock', { advanceMs: count * DAY });
const payOut = (body: object = {}): Promise<Stripe.Payout> =>
  rig.control('POST', '/payouts', { currency: 'eur', ...body });
const end = (id: string, how: string, body?: object) => rig.control('POST', `/payouts/${id}/${how}`, body);
const settledBy = async (payout: string, params: object = {}) =>
  (await rig.stripe.balanceTransactions.list({ payout, limit: 100, ...params })).data;
const net = (transactions: Stripe.BalanceTransaction[]) => transactions.reduce((sum, each) => sum + each.net, 0);
const events = async () => (await rig.stripe.events.list({ type: 'payout.*' })).data.map(({ type }) => type.slice(7));
/** The fee on 12.50, at 1.5 % and 25 cents. */
const NET = 1250 - 44;

test('a payout takes what has become available, and nothing earlier', async () => {
  await paidSession(rig);
  expect(await payOut()).toMatchObject({ error: { message: 'There is nothing to pay out in eur yet.' } });
  await days(2);
  await paidSession(rig);
  const created = await payOut();
  expect(created).toMatchObject({
    id: expect.stringMatching(/^po_/),
    object: 'payout',
    amount: NET,
    currency: 'eur',
    automatic: true,
    status: 'pending',
    reconciliation_status: 'in_progress',
    failure_balance_transaction: null,
  });
  expect(await payOut()).toHaveProperty('error');
  expect(await payOut({ currency: 'usd' })).toHaveProperty('error');
  await days(2);
  expect(await payOut()).toMatchObject({ amount: NET });
  expect((await rig.stripe.payouts.list({ status: 'pending' })).data).toHaveLength(2);
  expect((await rig.stripe.payouts.list({ status: 'paid' })).data).toHaveLength(0);
  expect((await rig.stripe.payouts.list({ arrival_date: created.arrival_date })).data).toMatchObject([
    { id: created.id },
  ]);
});

test('a payout keeps back a minimum balance, and pays again what an earlier one brought back', async () => {
  await paidSession(rig);
  await days(2);
  const first = await payOut({ keepBack: 100 });
  expect(first.amount).toBe(NET - 100);
  await end(first.id, 'reconcile');
  await end(first.id, 'fail');
  const second = await payOut();
  expect(second.amount).toBe(NET);
  await end(second.id, 'reconcile');
  const types = async (id: string) => (await settledBy(id)).map(({ type }) => type).sort();
  expect(await types(first.id)).toEqual(['charge', 'payout', 'payout_minimum_balance_hold']);
  expect(await types(second.id)).toEqual(['payout', 'payout_failure', 'payout_minimum_balance_release']);
});

test('a charge that is captured asynchronously enters the balance later', async () => {
  const { id } = await openSession(rig);
  const { session } = await rig.control('POST', `/sessions/${id}/pay`, { entersBalanceLater: true });
  const intent = () => rig.stripe.paymentIntents.retrieve(session.payment_intent, { expand: ['latest_charge'] });
  const charge = (await intent()).latest_charge as Stripe.Charge;
  expect(charge).toMatchObject({ status: 'succeeded', captured: true, balance_transaction: null });
  expect((await rig.stripe.balanceTransactions.list()).data).toEqual([]);
  await rig.control('POST', `/charges/${charge.id}/enter-balance`);
  expect((await rig.stripe.balanceTransactions.list()).data).toMatchObject([{ source: charge.id, amount: 1250 }]);
  expect((await intent()).latest_charge).toHaveProperty('balance_transaction', expect.stringMatching(/^txn_/));
  expect((await rig.stripe.events.list({ type: 'charge.updated' })).data).toHaveLength(1);
  expect(await rig.control('POST', `/charges/${charge.id}/enter-balance`)).toHaveProperty('error');
});

test('a reconciled payout lists what it pays: charges, refunds, disputes with their fees', async () => {
  const refunded = await paidSession(rig);
  await paidSession(rig);
  const disputed = await paidSession(rig);
  await rig.stripe.refunds.create({ payment_intent: refunded.intent, amount: 250 });
  const { latest_charge } = await rig.stripe.paymentIntents.retrieve(disputed.intent);
  await rig.control('POST', `/charges/${latest_charge}/dispute`, { amount: 100 });
  await days(2);
  const { id, amount, balance_transaction } = await payOut();
  expect(amount).toBe(3 * NET - 250 - 100 - 2000);
  expect((await settledBy(id)).map((each) => each.id)).toEqual([balance_transaction]);

  expect(await end(id, 'reconcile')).toMatchObject({ reconciliation_status: 'completed' });
  expect(await end(id, 'reconcile')).toHaveProperty('error');
  const settled = await settledBy(id);
  expect(settled.map(({ type }) => type).sort()).toEqual([
    'adjustment',
    'charge',
    'charge',
    'charge',
    'payout',
    'refund',
  ]);
  expect(net(settled)).toBe(0);
  expect(net(settled.filter(({ type }) => type !== 'payout'))).toBe(amount);
  expect(settled.find(({ type }) => type === 'adjustment')).toMatchObject({ amount: -100, fee: 2000, net: -2100 });
  expect(await settledBy(id, { type: 'charge', limit: 2 })).toHaveLength(2);
  expect(await events()).toEqual(['reconciliation_completed', 'created']);
});

test('a paid payout may still come back; the next one then includes the money', async () => {
  await paidSession(rig);
  await days(2);
  const { id } = await payOut();
  expect(await end(id, 'pay')).toMatchObject({ status: 'paid', trace_id: { status: 'supported' } });
  expect(await end(id, 'cancel')).toHaveProperty('error');
  expect(await end(id, 'fail', { code: 'no_account' })).toMatchObject({
    status: 'failed',
    failure_code: 'no_account',
    failure_balance_transaction: expect.stringMatching(/^txn_/),
  });
  expect(await end(id, 'pay')).toHaveProperty('error');
  const expanded = await rig.stripe.payouts.retrieve(id, {
    expand: ['balance_transaction', 'failure_balance_transaction'],
  });
  expect(expanded).toMatchObject({
    balance_transaction: { amount: -NET, type: 'payout', status: 'available', source: id },
    failure_balance_transaction: { amount: NET, type: 'payout_failure', source: id },
  });
  const next = await payOut();
  expect(next).toMatchObject({ amount: NET });
  await end(next.id, 'reconcile');
  expect((await settledBy(next.id)).map(({ type }) => type)).toEqual(['payout', 'payout_failure']);
  expect(await events()).toEqual(['reconciliation_completed', 'created', 'failed', 'paid', 'created']);
  expect((await refusal(rig.stripe.payouts.retrieve('po_x'))).statusCode).toBe(404);
});

test('the same money is not paid out twice, even after a restart', async () => {
  await paidSession(rig);
  await days(2);
  const { id } = await payOut();
  await end(id, 'reconcile');
  await rig.restart();
  expect(await payOut()).toHaveProperty('error');
  expect(await settledBy(id)).toHaveLength(2);
});

test('a payout is cancelled before it leaves', async () => {
  await paidSession(rig);
  await days(2);
  const { id } = await payOut();
  expect(await end(id, 'cancel')).toMatchObject({ status: 'canceled', failure_code: null });
  expect(await rig.stripe.balanceTransactions.list({ type: 'payout_cancel' })).toMatchObject({
    data: [{ amount: NET }],
  });
  expect(await events()).toEqual(['canceled', 'created']);
});

test('a payout may have another amount than the sum of what it pays', async () => {
  await paidSession(rig);
  await days(2);
  const { id } = await payOut({ amount: 1000 });
  await end(id, 'reconcile');
  expect(await rig.stripe.payouts.retrieve(id)).toMatchObject({ amount: 1000 });
  expect(net((await settledBy(id)).filter(({ type }) => type !== 'payout'))).toBe(NET);
});

test('a payout that the shop asked for lists nothing, and the next automatic one pays the rest', async () => {
  await paidSession(rig);
  expect(await payOut({ automatic: false, amount: 1000 })).toMatchObject({ error: { code: 'balance_insufficient' } });
  await days(2);
  const { id } = await payOut({ automatic: false, amount: 1000 });
  expect(await end(id, 'reconcile')).toHaveProperty('error');
  expect(await rig.stripe.payouts.retrieve(id)).toMatchObject({
    automatic: false,
    reconciliation_status: 'not_applicable',
  });
  expect(await payOut()).toMatchObject({ amount: NET - 1000 });
});

test('the money of a failed refund is back, and the payout includes it', async () => {
  const { intent } = await paidSession(rig);
  const { id } = await rig.stripe.refunds.create({ payment_intent: intent });
  await rig.control('POST', `/refunds/${id}/fail`);
  await days(2);
  const payout = await payOut();
  await end(payout.id, 'reconcile');
  expect(await settledBy(payout.id, { type: 'refund_failure' })).toMatchObject([{ amount: 1250, fee: 0, source: id }]);
  expect(payout.amount).toBe(NET);
});
