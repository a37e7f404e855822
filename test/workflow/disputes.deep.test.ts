import type Stripe from 'stripe';
import type { SessionId } from '../../domain/ids';
import { SEARCH_ATTRIBUTES } from '../../messages/search-attributes';
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
const standing = (sessionId: string) => world.db.order.findUnique({ where: { sessionId } });
const needsAttention = async (id: string) =>
  (await world.handle(id as never).describe()).typedSearchAttributes.get(SEARCH_ATTRIBUTES.needsAttention);
const end = (dispute: Stripe.Dispute) => risk.ended(dispute);
const inDays = (days: number) => Math.floor(world.deps().clock.now() / 1000 + days * 86_400);
const isRefused = { cause: { type: 'invalid_transition' } };

describe('opened', () => {
  test('the order is flagged and holds its shipping, staff are mailed, the dispute waits under its own id', async () => {
    const id = await world.paidOrder([{ sku: 'mug' }]);
    const dispute = await risk.disputed(id, { reason: 'product_not_received' });

    const order = await world.order(id);
    expect(order).toMatchObject({ status: 'PREPARING', disputed: true });
    expect(await risk.row(dispute)).toMatchObject({
      sessionId: id,
      ...{ status: 'needs_response', reason: 'product_not_received', amount: 1250n, currency: 'eur' },
      ...{ open: true, lost: false, withdrawn: 1250n, openings: 1, closedAt: null, submittedAt: null },
      chargeId: order.chargeId,
      paymentIntentId: order.paymentIntentId,
    });
    await until(async () => (await risk.mailsOf(id, 'dispute_opened')) === 1);
    expect(await risk.told(id, 'dispute')).toEqual([
      `Disputed: €12.50; the bank’s reason: product not received; needs response (${dispute.id})`,
      'The bank took €12.50 for the dispute',
    ]);
    await expect(world.ask(id, 'ship', parcel)).rejects.toMatchObject(isRefused);
    const { typedSearchAttributes } = await world.handle(dispute.id as never).describe();
    expect(typedSearchAttributes.get(SEARCH_ATTRIBUTES.orderNumber)).toBe(order.number);
    expect(typedSearchAttributes.get(SEARCH_ATTRIBUTES.needsAttention)).toBe(true);
  });

  test('all events of one opening, each twice and at once, are one dispute with one mail', async () => {
    const id = await world.paidOrder([{ sku: 'mug' }]);
    const dispute = await risk.dispute(id);
    await Promise.all(Array.from({ length: 6 }, () => risk.tell(dispute)));
    await until(async () => (await risk.mailsOf(id, 'dispute_opened')) === 1);
    await risk.happens(dispute, 'close', { status: 'won' });
    await end(dispute);
    expect(await world.db.dispute.count({ where: { sessionId: id } })).toBe(1);
    expect(await risk.mailsOf(id, 'dispute_opened')).toBe(1);
    const told = await risk.told(id, 'dispute');
    expect(told.filter((message) => message.startsWith('Disputed'))).toHaveLength(1);
  });

  test('before anybody here has heard of the order: it is taken up, and then disputed', async () => {
    const sessionId = await world.session([{ sku: 'mug' }]);
    await world.pay(sessionId);
    const dispute = await risk.dispute(sessionId);
    await risk.tell(dispute);
    await until(async () => (await standing(sessionId))?.status === 'PREPARING');
    await world.sleep(60_000); // it is asked after soon
    await risk.recorded(dispute, { sessionId, open: true });
    expect(await world.order(sessionId)).toMatchObject({ disputed: true });
  });

  test('of a payment that is nobody’s here ends, and leaves nothing', async () => {
    const made = await world.stripe.checkout.sessions.create({
      mode: 'payment',
      line_items: [
        { price_data: { currency: 'eur', unit_amount: 700, product_data: { name: 'Not ours' } }, quantity: 1 },
      ],
      success_url: 'http://localhost/success',
    });
    await world.pay(made.id as never);
    const dispute = await risk.dispute(made.id as never);
    await risk.tell(dispute);
    expect(await end(dispute)).toBe('unknown');
    expect(await risk.row(dispute)).toBeNull();
    await risk.tell({ id: 'du_of_another_account' });
    expect(await risk.ended({ id: 'du_of_another_account' })).toBe('unknown');
  });

  test('after the order’s workflow has ended: everything is in the database all the same', async () => {
    const id = await world.completedOrder([{ sku: 'ebook' }]);
    const dispute = await risk.disputed(id);
    expect(await world.order(id)).toMatchObject({ status: 'COMPLETED', disputed: true });
    await until(async () => (await risk.mailsOf(id, 'dispute_opened')) === 1);
    await risk.happens(dispute, 'close', { status: 'lost' });
    expect(await end(dispute)).toBe('lost');
    const order = await world.order(id);
    expect(order).toMatchObject({ status: 'COMPLETED', disputed: false, attentionStep: 'dispute-lost' });
    expect(order.attentionReason).toMatch(/nothing can be called back, retry takes note/);
    expect(order.grants).toEqual([expect.objectContaining({ revokedAt: expect.any(Date) })]);
    expect(await risk.mailsOf(id, 'attention_needed')).toBe(1);
  });

  test('under a word of Stripe that nobody knows yet: recorded as it is, and held', async () => {
    const id = await world.paidOrder([{ sku: 'mug' }]);
    const dispute = await risk.disputed(id, { status: 'awaiting_oracle' });
    expect(await risk.row(dispute)).toMatchObject({ status: 'awaiting_oracle', open: true });
    expect(await world.order(id)).toMatchObject({ disputed: true });
    await risk.happens(dispute, 'update', { status: 'oracle_spoke' });
    await risk.recorded(dispute, { status: 'oracle_spoke', open: true });
    await until(async () => (await risk.told(id, 'dispute')).includes('The dispute is oracle spoke'));
  });
});

describe('the deadline', () => {
  test('is told 48 hours before, once, and not a moment earlier', async () => {
    const id = await world.paidOrder([{ sku: 'mug' }]);
    const dispute = await risk.disputed(id, { due_by: inDays(10) });
    await until(async () => (await risk.mailsOf(id, 'dispute_opened')) === 1);
    await world.sleep(7.9 * DAY);
    expect(await risk.mailsOf(id, 'dispute_deadline')).toBe(0);
    await world.sleep(0.2 * DAY);
    await until(async () => (await risk.mailsOf(id, 'dispute_deadline')) === 1);
    await risk.tell(dispute);
    await world.sleep(1.5 * DAY);
    expect(await risk.mailsOf(id, 'dispute_deadline')).toBe(1);
  });

  test('that is near already is told at once', async () => {
    const id = await world.paidOrder([{ sku: 'mug' }]);
    await risk.disputed(id, { due_by: inDays(1) });
    await until(async () => (await risk.mailsOf(id, 'dispute_deadline')) === 1);
  });

  test('is told once by a run that cannot read Stripe, from what another run has recorded', async () => {
    const id = await world.paidOrder([{ sku: 'mug' }]);
    const dispute = await risk.disputed(id, { due_by: inDays(2.2) });
    await until(async () => (await risk.mailsOf(id, 'dispute_opened')) === 1);
    await world.handle(dispute.id as never).terminate('lost with its server');
    const path = `^/v1/disputes/${dispute.id}$`;
    await world.at('/faults', { kind: 'unauthorized', match: { path }, times: 10_000 });
    await risk.tell(dispute);
    await world.sleep(0.15 * DAY);
    expect(await risk.mailsOf(id, 'dispute_deadline')).toBe(0);
    await world.sleep(0.1 * DAY);
    await until(async () => (await risk.mailsOf(id, 'dispute_deadline')) === 1);
    await world.sleep(0.1 * DAY);
    expect(await risk.mailsOf(id, 'dispute_deadline')).toBe(1);
    await world.noFaults();
  });

  test('that has passed already is not told, and no answer is asked for', async () => {
    const id = await world.paidOrder([{ sku: 'mug' }]);
    const dispute = await risk.disputed(id, { due_by: inDays(-1) });
    await until(async () => (await risk.mailsOf(id, 'dispute_opened')) === 1);
    expect(await risk.row(dispute)).toMatchObject({ answerable: false, open: true });
    expect(await needsAttention(dispute.id)).toBe(false);
    await world.sleep(DAY);
    expect(await risk.mailsOf(id, 'dispute_deadline')).toBe(0);
  });

  test('that moves is followed, and told anew', async () => {
    const id = await world.paidOrder([{ sku: 'mug' }]);
    const dispute = await risk.disputed(id, { due_by: inDays(1) });
    await until(async () => (await risk.mailsOf(id, 'dispute_deadline')) === 1);
    const later = inDays(20);
    await risk.happens(dispute, 'update', { due_by: later });
    await until(async () => (await risk.row(dispute))?.dueBy?.getTime() === later * 1000);
    expect(await risk.told(id, 'dispute')).toContain(
      `Evidence for the dispute is accepted until ${new Date(later * 1000).toISOString()}`,
    );
    await world.sleep(17 * DAY);
    expect(await risk.mailsOf(id, 'dispute_deadline')).toBe(1);
    await world.sleep(1.1 * DAY);
    await until(async () => (await risk.mailsOf(id, 'dispute_deadline')) === 2);
  });

  test.each([0, null])('may be absent (%s): nobody is reminded, and it is followed all the same', async (due_by) => {
    const id = await world.paidOrder([{ sku: 'mug' }]);
    const dispute = await risk.disputed(id, { due_by });
    expect(await risk.row(dispute)).toMatchObject({ dueBy: null, open: true });
    await until(async () => (await risk.mailsOf(id, 'dispute_opened')) === 1);
    await world.at(`/disputes/${dispute.id}/close`, { status: 'won' }); // and no event ever tells
    await world.sleep(1.1 * DAY);
    expect(await end(dispute)).toBe('won');
    expect(await risk.mailsOf(id, 'dispute_deadline')).toBe(0);
    expect(await world.order(id)).toMatchObject({ disputed: false });
  });
});

describe('closed', () => {
  test('won: the funds come back, and the order ships', async () => {
    const id = await world.paidOrder([{ sku: 'mug' }]);
    const dispute = await risk.disputed(id);
    await risk.happens(dispute, 'close', { status: 'won' });
    expect(await end(dispute)).toBe('won');
    expect(await risk.row(dispute)).toMatchObject({ open: false, lost: false, withdrawn: 0n });
    expect(await risk.told(id, 'dispute')).toEqual(
      expect.arrayContaining(['The bank gave back €12.50 of the dispute', 'The dispute is closed: won']),
    );
    expect(await world.order(id)).toMatchObject({ disputed: false, attentionStep: null });
    expect(await world.ask(id, 'ship', parcel)).toBe('SHIPPED');
  });

  test('lost: downloads are revoked, staff are told what they can do, and what is unshipped is cancelled without a refund', async () => {
    const id = await world.paidOrder([{ sku: 'mug', quantity: 2 }, { sku: 'ebook' }]);
    const { onHand } = await world.stock('mug');
    const dispute = await risk.disputed(id);
    await risk.happens(dispute, 'close', { status: 'lost' });
    expect(await end(dispute)).toBe('lost');

    const order = await world.order(id);
    expect(order).toMatchObject({ status: 'PREPARING', disputed: false, attentionStep: 'dispute-lost' });
    expect(order.attentionReason).toMatch(/cancel returns what is unshipped and refunds nothing/);
    expect(order.grants).toEqual([expect.objectContaining({ revokedAt: expect.any(Date) })]);
    expect(await risk.mailsOf(id, 'attention_needed')).toBe(1);

    await risk.heard(id);
    expect(await world.ask(id, 'cancel', { reason: 'other' })).toBe('REFUNDED');
    expect(await world.stock('mug')).toEqual({ onHand: onHand + 2, held: 0 });
    expect(await needsAttention(id)).toBe(false);
    const asked = (await world.requests()).filter(({ method, path }) => method === 'POST' && path === '/v1/refunds');
    expect(asked.filter(({ params }) => params.payment_intent === order.paymentIntentId)).toEqual([]);
  });

  test('lost is told once: an event that comes again after staff have decided raises nothing', async () => {
    const id = await world.paidOrder([{ sku: 'mug' }]);
    const dispute = await risk.disputed(id);
    await risk.happens(dispute, 'close', { status: 'lost' });
    await end(dispute);
    await risk.retry(id);
    expect(await world.order(id)).toMatchObject({ attentionStep: null });
    await risk.tell(dispute);
    expect(await end(dispute)).toBe('lost');
    expect(await world.order(id)).toMatchObject({ attentionStep: null, disputed: false });
    expect(await risk.mailsOf(id, 'attention_needed')).toBe(1);
  });

  test.each([
    ['before it cost anything', { withdraw: false }, { lost: false, withdrawn: 0n }],
    ['by giving the buyer the money', { withdraw: true }, { lost: true, withdrawn: 1250n }],
  ])('prevented, %s', async (_, how, becomes) => {
    const id = await world.paidOrder([{ sku: 'mug' }]);
    const dispute = await risk.disputed(id, { status: 'prevented', ...how });
    expect(await end(dispute)).toBe('prevented');
    expect(await risk.row(dispute)).toMatchObject({ status: 'prevented', open: false, ...becomes });
    expect(await world.order(id)).toMatchObject({
      disputed: false,
      attentionStep: becomes.lost ? 'dispute-lost' : null,
    });
    expect(await risk.mailsOf(id, 'dispute_opened')).toBe(0);
  });

  test('an inquiry that is closed took nothing', async () => {
    const id = await world.paidOrder([{ sku: 'mug' }]);
    const dispute = await risk.disputed(id, { status: 'warning_needs_response' });
    expect(await risk.row(dispute)).toMatchObject({ open: true, withdrawn: 0n });
    await risk.happens(dispute, 'close', { status: 'warning_closed' });
    expect(await end(dispute)).toBe('warning_closed');
    expect(await world.order(id)).toMatchObject({ disputed: false });
  });

  test('and opened again by an appeal: flagged again, mailed again, closed again', async () => {
    const id = await world.paidOrder([{ sku: 'mug' }]);
    const dispute = await risk.disputed(id);
    await risk.happens(dispute, 'close', { status: 'won' });
    await end(dispute);
    await world.sleep(20 * DAY);
    await risk.happens(dispute, 'update', { status: 'appeal_needs_response' });
    await risk.recorded(dispute, { open: true, openings: 2, closedAt: null });
    expect(await world.order(id)).toMatchObject({ disputed: true });
    await until(async () => (await risk.mailsOf(id, 'dispute_opened')) === 2);
    await expect(world.ask(id, 'ship', parcel)).rejects.toMatchObject(isRefused);
    await risk.happens(dispute, 'close', { status: 'lost' });
    expect(await end(dispute)).toBe('lost');
    expect(await world.order(id)).toMatchObject({ disputed: false, attentionStep: 'dispute-lost' });
  });

  test('one of two: the order stays flagged until the other is closed too', async () => {
    const id = await world.paidOrder([{ sku: 'mug', quantity: 2 }]);
    const one = await risk.disputed(id, { amount: 1000 });
    const other = await risk.disputed(id, { amount: 1500 });
    await risk.happens(one, 'close', { status: 'won' });
    await end(one);
    expect(await world.order(id)).toMatchObject({ disputed: true });
    await risk.happens(other, 'close', { status: 'won' });
    await end(other);
    expect(await world.order(id)).toMatchObject({ disputed: false });
  });
});

describe('lost', () => {
  const lose = async (id: SessionId, how: Record<string, unknown> = {}) => {
    const dispute = await risk.disputed(id, how);
    await risk.happens(dispute, 'close', { status: 'lost' });
    await end(dispute);
    return dispute;
  };
  const refundsOf = async (id: SessionId) => {
    const { paymentIntentId } = await world.order(id);
    return (await world.stripe.refunds.list({ payment_intent: paymentIntentId as string })).data;
  };

  test('over a part, nothing ships before staff decide; cancel gives back the rest, and only that', async () => {
    const id = await world.paidOrder([{ sku: 'mug', quantity: 2 }]);
    const { onHand } = await world.stock('mug');
    await lose(id, { amount: 1000 });
    const order = await world.order(id);
    expect(order).toMatchObject({ status: 'PREPARING', attentionStep: 'dispute-lost', lostAmount: 1000n });
    expect(order.attentionReason).toMatch(/€10\.00, and €15\.00 is left: cancel gives it back/);
    await risk.heard(id);
    await expect(world.ask(id, 'ship', parcel)).rejects.toMatchObject(isRefused);
    expect(await world.ask(id, 'cancel', { reason: 'other' })).toBe('REFUNDED');
    expect(await refundsOf(id)).toMatchObject([{ amount: 1500, status: 'succeeded' }]);
    expect(await world.order(id)).toMatchObject({ paymentStatus: 'REFUNDED', refunded: 1500n, lostAmount: 1000n });
    expect(await world.stock('mug')).toEqual({ onHand: onHand + 2, held: 0 });
  });

  test('over a part, and Stripe refuses to refund the rest: its sentence stands beside the order, which goes on', async () => {
    const id = await world.paidOrder([{ sku: 'mug' }]);
    await lose(id, { amount: 1000 });
    await risk.retry(id);
    const message = 'Charge ch_1 has been charged back; cannot issue a refund.';
    const refused = {
      kind: 'invalid',
      code: 'charge_disputed',
      message,
      match: { path: '^/v1/refunds$', method: 'POST' },
    };
    await world.at('/faults', refused);
    expect(await world.ask(id, 'cancel', { reason: 'other' })).toBe('PREPARING');
    const order = await world.order(id);
    expect(order.refunds).toMatchObject([{ status: 'refused', amount: 250n, refusalReason: message }]);
    expect(order.attentionReason).not.toMatch(/bank decides/);
    expect(await world.ask(id, 'retry')).toBe('REFUNDED');
    expect(await refundsOf(id)).toMatchObject([{ amount: 250 }]);
  });

  test('over a part of an order that is part shipped: refund gives back the rest, never what the bank took', async () => {
    const id = await world.paidOrder([{ sku: 'mug', quantity: 2 }]);
    await world.ask(id, 'ship', { ...parcel, items: [{ sku: 'mug', quantity: 1 }] });
    await lose(id, { amount: 1000 });
    await risk.heard(id);
    await expect(world.ask(id, 'cancel', { reason: 'other' })).rejects.toMatchObject(isRefused);
    await expect(world.ask(id, 'refund', { reason: 'other', amount: 1501 })).rejects.toMatchObject({
      cause: { type: 'refund_exceeds_remaining' },
    });
    expect(await world.ask(id, 'refund', { reason: 'other' })).toBe('REFUNDED');
    expect(await refundsOf(id)).toMatchObject([{ amount: 1500 }]);
  });

  test('over everything, of an order that is part shipped: cancel, as advised, returns the rest', async () => {
    const id = await world.paidOrder([{ sku: 'mug', quantity: 2 }]);
    await world.ask(id, 'ship', { ...parcel, items: [{ sku: 'mug', quantity: 1 }] });
    const { onHand } = await world.stock('mug');
    await lose(id);
    expect((await world.order(id)).attentionReason).toMatch(/cancel returns what is unshipped/);
    await risk.heard(id);
    expect(await world.ask(id, 'cancel', { reason: 'other' })).toBe('REFUNDED');
    expect(await world.stock('mug')).toEqual({ onHand: onHand + 1, held: 0 });
    expect(await refundsOf(id)).toEqual([]);
  });

  test.each([
    ['an order that waits to be shipped', 'mug', 'PREPARING'],
    ['an order that has ended', 'ebook', 'COMPLETED'],
  ])('from the start: staff of %s are told, downloads are revoked, nothing ships', async (_, sku, status) => {
    const id = await (sku === 'mug' ? world.paidOrder([{ sku }]) : world.completedOrder([{ sku }]));
    const dispute = await risk.disputed(id, { status: 'lost' });
    expect(await end(dispute)).toBe('lost');
    const order = await world.order(id);
    expect(order).toMatchObject({ status, disputed: false, attentionStep: 'dispute-lost' });
    expect(order.grants.every(({ revokedAt }) => revokedAt !== null)).toBe(true);
    expect(await risk.mailsOf(id, 'attention_needed')).toBe(1);
    expect(await risk.mailsOf(id, 'dispute_opened')).toBe(0);
    if (sku === 'mug') {
      await risk.heard(id);
      await expect(world.ask(id, 'ship', parcel)).rejects.toMatchObject(isRefused);
    }
  });

  test('and won after its end: the order is what it was, its downloads work again, staff are told, and it ships', async () => {
    const id = await world.paidOrder([{ sku: 'mug' }, { sku: 'ebook' }]);
    const { onHand } = await world.stock('mug');
    const [before] = (await world.order(id)).grants;
    const dispute = await lose(id);
    await risk.heard(id);
    await world.ask(id, 'cancel', { reason: 'other' });
    await world.end(id);
    await world.sleep(3 * DAY);
    await risk.happens(dispute, 'update', { status: 'appeal_under_review' });
    await risk.recorded(dispute, { open: true });
    expect(await world.order(id)).toMatchObject({ status: 'REFUNDED', lostAmount: 2150n });
    await risk.happens(dispute, 'close', { status: 'won' });
    await end(dispute);
    const order = await world.order(id);
    expect(order).toMatchObject({
      status: 'PREPARING',
      paymentStatus: 'PAID',
      attentionStep: 'dispute-won',
      lostAmount: 0n,
    });
    expect(order.grants).toMatchObject([{ revokedAt: null, revokedByDispute: false }]);
    expect(order.grants[0]?.expiresAt.getTime()).toBeGreaterThan((before?.expiresAt.getTime() ?? 0) + 3 * DAY);
    expect(await risk.mailsOf(id, 'attention_needed')).toBe(2);
    await risk.heard(id);
    expect(await world.ask(id, 'ship', parcel)).toBe('SHIPPED');
    expect(await world.stock('mug')).toEqual({ onHand, held: 0 });
    expect(await world.order(id)).toMatchObject({ attentionStep: null });
  });

  test('and its funds reinstated: it counts as won, whatever Stripe calls it', async () => {
    const id = await world.completedOrder([{ sku: 'ebook' }]);
    const dispute = await lose(id);
    await risk.happens(dispute, 'reinstate');
    await end(dispute);
    expect(await risk.row(dispute)).toMatchObject({ status: 'lost', lost: false, lostAt: null, lostAmount: 0n });
    const order = await world.order(id);
    expect(order).toMatchObject({ status: 'COMPLETED', attentionStep: 'dispute-won' });
    expect(order.grants).toMatchObject([{ revokedAt: null }]);
    expect(await risk.told(id, 'dispute')).toContain(
      '€9.00 that was lost is the shop’s again, and any downloads that only the dispute revoked work again',
    );
  });

  test('and won after the rest was refunded: the order goes on, and what the refund revoked stays revoked', async () => {
    const id = await world.paidOrder([{ sku: 'mug' }, { sku: 'ebook' }]);
    const dispute = await lose(id, { amount: 500 });
    await risk.heard(id);
    await world.ask(id, 'cancel', { reason: 'other' });
    await world.end(id);
    await risk.happens(dispute, 'update', { status: 'won' });
    await risk.happens(dispute, 'reinstate');
    await end(dispute);
    const order = await world.order(id);
    expect(order).toMatchObject({ status: 'PREPARING', paymentStatus: 'PARTIALLY_REFUNDED', refunded: 1650n });
    expect(order.grants).toEqual([expect.objectContaining({ revokedAt: expect.any(Date) })]);
    await risk.heard(id);
    expect(await world.ask(id, 'cancel', { reason: 'other' })).toBe('REFUNDED');
    expect((await refundsOf(id)).map(({ amount }) => amount)).toEqual([500, 1650]);
  });
});

describe('money', () => {
  /** Paid for what was sold to somebody else meanwhile, and disputed before the money could be given back. */
  async function refundDue(sku: string): Promise<{ late: SessionId; dispute: Stripe.Dispute }> {
    await world.product(sku, { amount: 5000, stock: 1 });
    const late = await world.session([{ sku }]); // nobody has asked for its stock yet
    await world.paidOrder([{ sku }]);
    await world.pay(late);
    const dispute = await risk.dispute(late);
    await world.webhook(late); // sold out: all of it is to be given back
    await until(async () => (await standing(late))?.attentionStep === 'refund');
    await risk.tell(dispute);
    await risk.recorded(dispute, { open: true });
    expect(await world.order(late)).toMatchObject({ disputed: true, refunded: 0n });
    return { late, dispute };
  }
  const refundsAskedFor = async (id: SessionId) => {
    const { paymentIntentId } = await world.order(id);
    const asked = (await world.requests()).filter(({ method, path }) => method === 'POST' && path === '/v1/refunds');
    return asked.filter(({ params }) => params.payment_intent === paymentIntentId).length;
  };

  test('a dispute while a refund is due: asked for in vain, parked, and given back once after it is won', async () => {
    const { late, dispute } = await refundDue('last');
    await risk.happens(dispute, 'close', { status: 'won' });
    expect(await risk.ended({ id: late })).toBe('REFUNDED');
    const refunds = await world.stripe.refunds.list({
      payment_intent: (await world.order(late)).paymentIntentId as string,
    });
    expect(refunds.data).toHaveLength(1);
    expect(await world.order(late)).toMatchObject({ refunded: 5000n, disputed: false, attentionStep: null });
  });

  test('a dispute while a refund is due, and lost: the bank has given it back, nobody else does', async () => {
    const { late, dispute } = await refundDue('rare');
    await risk.happens(dispute, 'close', { status: 'lost' });
    expect(await risk.ended({ id: late })).toBe('REFUNDED');
    expect(await world.order(late)).toMatchObject({ refunded: 0n, disputed: false, attentionStep: null });
    const { paymentIntentId } = await world.order(late);
    expect((await world.stripe.refunds.list({ payment_intent: paymentIntentId as string })).data).toEqual([]);
    expect(await world.stock('rare')).toEqual({ onHand: 0, held: 0 });
    expect(await needsAttention(late)).toBe(false);
  });

  test('what staff ask while a refund waits for the bank is refused, Stripe is not asked in a storm, and staff are called once', async () => {
    const { late, dispute } = await refundDue('odd');
    const before = await refundsAskedFor(late);
    await expect(world.ask(late, 'cancel', { reason: 'other' })).rejects.toMatchObject(isRefused);
    await expect(world.ask(late, 'cancel', { reason: 'duplicate' })).rejects.toMatchObject(isRefused);
    expect((await refundsAskedFor(late)) - before).toBeLessThanOrEqual(2);
    await risk.happens(dispute, 'close', { status: 'won' });
    expect(await risk.ended({ id: late })).toBe('REFUNDED');
    expect((await world.mails(late)).filter((template) => template === 'attention_needed')).toHaveLength(1);
  });
});
