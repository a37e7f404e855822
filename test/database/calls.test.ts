import type { SessionId } from '../../domain/ids';
import type { Prisma } from '../../prisma/generated/client';
import type { Db } from '../../store/database';
import { recordDispute, type SeenDispute } from '../../store/disputes/record';
import { readFollowersOwing } from '../../store/mails/owed';
import { recordReview } from '../../store/notices/review';
import { recordWarning } from '../../store/notices/warning';
import {
  clearAttention,
  clearFollowAttention,
  decide,
  raiseAttention,
  raiseFollowAttention,
} from '../../store/orders/attention';
import { stuckFollowersOf } from '../../store/orders/followers';
import { recordShipment } from '../../store/orders/shipments';
import { readSnapshot } from '../../store/orders/snapshot';
import { recordRefund } from '../../store/refunds/record';
import { missRefund, refuseByStripe } from '../../store/refunds/refusals';
import { resolveRefund } from '../../store/refunds/resolve';
import { withDatabase } from '../support/database';

/** What needs staff about one order: several things may, and none hides or erases another. */

let db: Db;
withDatabase(5, (opened) => {
  db = opened;
});

let now = Date.parse('2026-11-23T12:00:00Z');
const tick = () => {
  now += 1000;
  return new Date(now);
};

let orders = 0;
async function order(change: Partial<Prisma.OrderUncheckedCreateInput> = {}): Promise<SessionId> {
  const at = tick();
  const sessionId = `cs_test_calls_${++orders}` as SessionId;
  await db.order.create({
    data: {
      ...{ sessionId, number: `calls-${orders}`, status: 'PREPARING', paymentStatus: 'PAID', stock: 'COMMITTED' },
      ...{ origin: 'CHECKOUT', currency: 'eur', subtotal: 100, total: 100, paymentIntentId: `pi_${orders}` },
      ...{ holdUntil: at, createdAt: at, updatedAt: at },
      items: {
        create: {
          ...{ sku: 'mug', position: 0, name: 'Mug', kind: 'PHYSICAL' },
          quantity: 2,
          unitAmount: 50,
          total: 100,
        },
      },
      ...change,
    },
  });
  return sessionId;
}

async function refusedRefund(sessionId: SessionId, amount: number): Promise<string> {
  const at = tick();
  const key = `${sessionId}/staff/${amount}`;
  await db.refund.create({
    data: {
      ...{ key, sessionId, origin: 'STAFF', requestKey: `key-${amount}`, status: 'requested', amount, currency: 'eur' },
      ...{ reason: 'damaged', actor: 'staff', attempt: 1, createdAt: at, updatedAt: at },
    },
  });
  await refuseByStripe(db, { key, refusal: { code: 'refused', message: 'Insufficient funds' }, at: tick() });
  return key;
}

const refund = (sessionId: SessionId, status: string, amount = 20) =>
  recordRefund(db, {
    sessionId,
    seen: { ...{ id: `re_${sessionId}`, key: null, status, amount, currency: 'eur' }, createdAt: tick() },
    at: tick(),
  });

const dispute = (sessionId: SessionId, change: Partial<SeenDispute> = {}) =>
  recordDispute(db, {
    sessionId,
    seen: {
      ...{ id: `du_${sessionId}`, chargeId: null, paymentIntentId: null, status: 'lost', reason: 'fraudulent' },
      ...{ amount: 100, currency: 'eur', dueBy: null, answerable: false, submissions: 0, createdAt: tick() },
      ...{ withdrawn: change.amount ?? 100, withdrawnCurrency: 'eur', visaEvidence: null },
      ...change,
    },
    at: tick(),
  });

const shown = async (sessionId: SessionId) =>
  (await db.order.findUniqueOrThrow({ where: { sessionId } })).attentionStep;
const ship = (sessionId: SessionId) =>
  recordShipment(db, {
    ...{ sessionId, carrier: 'DHL', trackingNumber: '1', trackingUrl: null },
    ...{ items: [{ sku: 'mug', quantity: 1 }], actor: 'staff', at: tick() },
  });
const answer = (sessionId: SessionId, how: { onlyEnded?: boolean; reported?: boolean; by?: string } = {}) =>
  decide(db, { sessionId, ...how, actor: 'staff', at: tick() });

const LOST = { outcome: 'refused', reason: expect.stringMatching(/^A dispute is lost/) };

test('a loss of all the money takes the place of a refused refund, and nothing ships before staff decide', async () => {
  const id = await order();
  await refusedRefund(id, 20);
  expect(await ship(id)).toMatchObject({ outcome: 'shipped' });
  await dispute(id);
  expect(await shown(id)).toBe('dispute-lost');
  const parcel = { sessionId: id, carrier: 'DHL', trackingNumber: '2', trackingUrl: null, items: null };
  expect(await recordShipment(db, { ...parcel, actor: 'staff', at: tick() })).toMatchObject(LOST);
  expect(await answer(id)).toBe('dispute-lost');
  expect(await shown(id)).toBeNull();
  expect(await recordShipment(db, { ...parcel, actor: 'staff', at: tick() })).toMatchObject({ outcome: 'shipped' });
});

test('a loss of a part stands behind a refused refund, and holds shipping until staff take note of it', async () => {
  const id = await order();
  await refusedRefund(id, 20);
  await dispute(id, { amount: 50 });
  expect(await shown(id)).toBe('refund-refused');
  expect((await readSnapshot(db, id)).reports).toEqual(['dispute-lost']);
  expect(await ship(id)).toMatchObject(LOST);
  expect(await answer(id)).toBeNull(); // `retry` is about the refund
  expect(await answer(id, { reported: true })).toBe('dispute-lost');
  expect(await shown(id)).toBe('refund-refused');
  expect(await ship(id)).toMatchObject({ outcome: 'shipped' });
});

test('a refund that is refused or fails after a loss, a review or a warning hides none of them for good', async () => {
  const id = await order();
  await dispute(id, { amount: 50 });
  const notice = { kind: 'review', paymentIntent: 'pi', open: false, reason: 'refunded', createdAt: tick() } as const;
  const review = { ...notice, id: 'prv_1' };
  await recordReview(db, { sessionId: id, seen: review, end: 'refunded', followed: false, at: tick() });
  const warning = { ...notice, id: 'issfr_1', kind: 'fraud-warning', open: true } as const;
  await recordWarning(db, { sessionId: id, seen: warning, at: tick() });
  await refund(id, 'succeeded');
  await missRefund(db, { stripeId: `re_${id}`, at: tick() });
  expect(await shown(id)).toBe('dispute-lost');
  await refund(id, 'failed');
  expect(await shown(id)).toBe('refund-failed');
  const key = await refusedRefund(id, 10);
  expect(await shown(id)).toBe('refund-failed');

  expect(await resolveRefund(db, { sessionId: id, how: 'withdraw', actor: 'staff', at: tick() })).toMatchObject({
    outcome: 'resolved',
  });
  expect(await shown(id)).toBe('refund-refused');
  await resolveRefund(db, { sessionId: id, how: 'withdraw', request: key, actor: 'staff', at: tick() });
  const decided: unknown[] = [];
  while ((await shown(id)) !== null) decided.push(await answer(id));
  expect(decided).toEqual(['dispute-lost', 'refund-unknown', 'review-closed', 'fraud-warning']);
});

test('of an ended order whose refund failed, a loss of all the money leaves nothing to retry: staff take note', async () => {
  const id = await order({ status: 'COMPLETED' });
  await refund(id, 'succeeded');
  await refund(id, 'failed');
  expect(await shown(id)).toBe('refund-failed');
  await dispute(id);
  expect(await shown(id)).toBe('dispute-lost');
  expect(await answer(id, { onlyEnded: true })).toBe('dispute-lost');
  expect(await shown(id)).toBeNull();
});

test('a dispute that is won after all takes its loss back, and calls again for the refund that failed', async () => {
  const id = await order({ status: 'COMPLETED' });
  await refund(id, 'succeeded');
  await refund(id, 'failed');
  await dispute(id);
  expect(await dispute(id, { withdrawn: 0 })).toMatchObject({ reversed: true });
  expect(await shown(id)).toBe('refund-failed');
  expect((await readSnapshot(db, id)).reports).toEqual(['dispute-won']);
});

test('one request decides about one report, also if the task of the workflow that carries it out is done again', async () => {
  const id = await order();
  await dispute(id);
  await refund(id, 'pending');
  await missRefund(db, { stripeId: `re_${id}`, at: tick() });
  expect(await answer(id, { by: 'request' })).toBe('dispute-lost');
  expect(await answer(id, { by: 'request' })).toBeNull();
  expect(await shown(id)).toBe('refund-unknown');
  expect(await answer(id, { by: 'another' })).toBe('refund-unknown');
});

test('a refund that Stripe does not know calls staff once, however often it is looked up afterwards', async () => {
  const id = await order();
  await refund(id, 'pending');
  const miss = () => missRefund(db, { stripeId: `re_${id}`, at: tick() });
  await miss();
  await miss();
  expect(await answer(id)).toBe('refund-unknown');
  await miss();
  expect(await shown(id)).toBeNull();
  // As an entry stands that was written before it had these columns.
  await db.timelineEntry.updateMany({ where: { sessionId: id, type: 'decided' }, data: { step: null, subject: null } });
  await miss();
  expect(await shown(id)).toBeNull();
});

test('two workflows beside an order that are stuck are seen until both go on, also after a decision or a parked step', async () => {
  const id = await order();
  await db.dispute.create({
    data: {
      ...{ id: 'du_stuck', sessionId: id, status: 'needs_response', reason: 'general', amount: 1, currency: 'eur' },
      ...{ open: true, createdAt: tick(), updatedAt: tick() },
    },
  });
  const follow = (subject: string) => ({ sessionId: id, subject, at: tick() });
  await raiseFollowAttention(db, { ...follow('du_stuck'), reason: 'Stripe answers 400' });
  await raiseFollowAttention(db, { ...follow('prv_stuck'), reason: 'Stripe answers 400' });
  await missRefund(db, { stripeId: 're_none', at: tick() });
  await raiseAttention(db, { sessionId: id, step: 'ship', reason: 'The database is away', at: tick() });
  expect(await shown(id)).toBe('ship');
  await clearAttention(db, { sessionId: id, at: tick() });
  expect(await shown(id)).toBe('follow');
  expect(await stuckFollowersOf(db, id)).toEqual(['du_stuck']);
  await refusedRefund(id, 20);
  expect(await shown(id)).toBe('refund-refused');
  expect(await stuckFollowersOf(db, id)).toEqual([]); // `retry` is about the refund
  await resolveRefund(db, { sessionId: id, how: 'withdraw', actor: 'staff', at: tick() });
  await clearFollowAttention(db, follow('du_stuck'));
  expect(await shown(id)).toBe('follow');
  await clearFollowAttention(db, follow('prv_stuck'));
  expect(await shown(id)).toBeNull();
});

describe('a mail that the workflow of a refund or a dispute owes', () => {
  const mail = (key: string, change: Partial<Prisma.MailUncheckedCreateInput> = {}) =>
    db.mail.create({
      data: {
        ...{ key, template: key.split('/')[0] ?? '', sessionId: key.split('/')[1] ?? '', audience: 'CUSTOMER' },
        ...{ recipient: '', subject: '', html: '', text: '', status: 'SENT', createdAt: tick(), ...change },
      },
    });
  const owing = async (id: SessionId, since = new Date(0)) =>
    (await readFollowersOwing(db, since)).filter((one) => one.endsWith(id));

  test.each<[string, Partial<Prisma.MailUncheckedCreateInput>, boolean]>([
    ['sent', {}, false],
    ['given up', { status: 'GIVEN_UP' }, false],
    ['written, and waits for the provider', { status: 'WRITTEN', nextTryAt: new Date(0) }, false],
    ['written, and was never sent', { status: 'WRITTEN' }, true],
  ])('that is %s', async (_, change, isOwed) => {
    const id = await order();
    await refund(id, 'succeeded');
    expect(await owing(id)).toEqual([`re_${id}`]);
    await mail(`order_refunded/${id}/re_${id}`, change);
    expect(await owing(id)).toEqual(isOwed ? [`re_${id}`] : []);
  });

  test('about a refund that has ended, since a time', async () => {
    const id = await order();
    await refund(id, 'pending');
    expect(await owing(id)).toEqual([]); // its workflow is still to follow it
    await refund(id, 'succeeded');
    expect(await owing(id, new Date(now))).toEqual([`re_${id}`]);
    expect(await owing(id, tick())).toEqual([]);
  });

  test('about a refund that failed, until both the customer and staff are told', async () => {
    const id = await order();
    await refund(id, 'succeeded');
    await mail(`order_refunded/${id}/re_${id}`);
    await refund(id, 'failed');
    expect(await owing(id)).toEqual([`re_${id}`]);
    await mail(`refund_failed/${id}/re_${id}`);
    expect(await owing(id)).toEqual([`re_${id}`]);
    await mail(`attention_needed/${id}/refund-failed/re_${id}`);
    expect(await owing(id)).toEqual([]);
  });

  test('about a dispute that was lost, and one for each time that it was', async () => {
    const id = await order();
    await dispute(id);
    expect(await owing(id)).toEqual([`du_${id}`]);
    await mail(`attention_needed/${id}/dispute-lost/du_${id}/1`);
    expect(await owing(id)).toEqual([]);
    await dispute(id, { status: 'needs_response', answerable: true, withdrawn: 0 });
    await dispute(id);
    expect(await owing(id)).toEqual([`du_${id}`]);
    await mail(`attention_needed/${id}/dispute-lost/du_${id}/2`);
    expect(await owing(id)).toEqual([]);
  });

  test('is none that was left out on purpose, or whose customer is erased', async () => {
    const [leftOut, erased] = [await order(), await order()];
    for (const id of [leftOut, erased]) await refund(id, 'succeeded');
    await db.timelineEntry.create({
      data: {
        ...{ sessionId: leftOut, at: tick(), type: 'mail', message: 'not sent', actor: 'holdfast' },
        key: `mail/order_refunded/${leftOut}/re_${leftOut}/unsent`,
      },
    });
    await db.customer.create({ data: { sessionId: erased, erasedAt: tick() } });
    expect([await owing(leftOut), await owing(erased)]).toEqual([[], []]);
  });
});
