import { randomUUID } from 'node:crypto';
import { type SessionId, sessionId } from '../../domain/ids';
import { ORDER_STATUSES, TRANSITIONS } from '../../domain/order';
import { OUTBOUND_TYPES } from '../../domain/outbound';
import { isCounted, isReversed } from '../../domain/refund';
import { saveSession, writeCheckout } from '../../store/checkouts/checkouts';
import type { Db } from '../../store/database';
import { clearAttention, raiseAttention } from '../../store/orders/attention';
import { commitOrder } from '../../store/orders/commit';
import { endLost, endUnpaid } from '../../store/orders/endings';
import { openOrder } from '../../store/orders/open';
import { confirmPayment } from '../../store/orders/payment';
import { recordReplacement } from '../../store/orders/replacements';
import { recordReturn } from '../../store/orders/returns';
import { completeOrder } from '../../store/orders/shipments';
import { cancelUnpaid } from '../../store/orders/undo';
import { resolveRefund } from '../../store/refunds/resolve';
import { sqlFunctions } from '../store/writes';
import { withDatabase } from '../support/database';
import { Shop } from './shop';

/** Which events come of what happens to an order: triggers write them, whichever code changes the rows. */

const clock = { ms: Date.parse('2026-11-23T12:00:00Z') };
let db: Db;
let shop: Shop;
withDatabase(5, (opened) => {
  db = opened;
  shop = new Shop(db, clock);
});
beforeEach(async () => {
  clock.ms += 1_000;
  await shop.announce();
});

/** An order through the steps of the good path, with a digital product. */
async function bought(): Promise<SessionId> {
  const id = sessionId(`cs_test_${randomUUID().replaceAll('-', '')}`);
  const line = { sku: 'song', kind: 'DIGITAL' as const, name: 'Song', quantity: 1, unitAmount: 700, total: 700 };
  const checkout = {
    ...{ id: randomUUID(), currency: 'eur', subtotal: 700, lines: [{ ...line, stripePriceId: null, minimum: null }] },
    ...{ request: { metadata: { number: '' } }, numberPaths: ['metadata.number'], holdUntil: shop.at },
    ...{ clientHash: 'client', recovers: null, claim: null, openLimit: 0, at: shop.at },
  };
  await writeCheckout(db, checkout);
  await saveSession(db, { id: checkout.id, session: id, url: 'https://stripe.example/pay' });
  await openOrder(db, { sessionId: id, hold: true, at: shop.at });
  await confirmPayment(db, {
    ...{ sessionId: id, outcome: 'paid', chosen: [], at: shop.at },
    customer: { email: 'ada@example.com', name: 'Ada', userId: null, address: null },
    payment: {
      ...{ total: 700, discount: 0, shipping: 0, tax: 0, taxIncluded: 0, presentmentAmount: null },
      ...{ presentmentCurrency: null, paymentIntentId: `pi_${id}`, chargeId: null, voucher: null, captureBefore: null },
    },
  });
  return id;
}
const downloads = { allowed: 5, until: new Date('2026-12-01T00:00:00Z') };

test('an order of downloads is paid and completed when it is sold, not when the money is seen', async () => {
  const id = await bought();
  expect(await shop.types(id)).toEqual([]);
  await commitOrder(db, { sessionId: id, downloads, at: shop.at });
  await commitOrder(db, { sessionId: id, downloads, at: shop.at });
  expect(await shop.events(id)).toMatchObject([
    { type: 'order.paid', subject: null, at: shop.at, status: 'PENDING', nextTryAt: shop.at, attempts: 0 },
    { type: 'order.completed', subject: null },
  ]);
});

test('without a receiver nothing is written down; nor once none has been wanted for a day', async () => {
  await db.eventReceiver.deleteMany();
  const before = await bought();
  await commitOrder(db, { sessionId: before, downloads, at: shop.at });
  expect(await shop.types(before)).toEqual([]);
  await shop.announce('hash', -1);
  const after = await bought();
  await commitOrder(db, { sessionId: after, downloads, at: shop.at });
  expect(await shop.types(after)).toEqual([]);
});

test('what is rolled back is no event', async () => {
  const id = await shop.order({ status: 'SHIPPED' });
  const undone = db.$transaction(async (tx) => {
    await tx.order.update({ where: { sessionId: id }, data: { status: 'COMPLETED' } });
    expect(await tx.delivery.count({ where: { sessionId: id } })).toBe(1);
    throw new Error('undone');
  });
  await expect(undone).rejects.toThrow('undone');
  expect(await shop.types(id)).toEqual([]);
});

test('each parcel is shipped, and the order completed; a repeat changes nothing', async () => {
  const id = await shop.order();
  await shop.ship(id, 1, 'first');
  await shop.ship(id, 1, 'first');
  const [first] = await shop.events(id);
  const parcel = await db.shipment.findFirstOrThrow({ where: { sessionId: id } });
  expect(first).toMatchObject({ type: 'order.shipped', subject: parcel.id, at: shop.at });
  await shop.ship(id, 1);
  expect(await shop.types(id)).toEqual(['order.shipped']);
  await completeOrder(db, { sessionId: id, reportedBy: 'ada', at: shop.at });
  await completeOrder(db, { sessionId: id, reportedBy: 'ada', at: shop.at });
  expect(await shop.types(id)).toEqual(['order.completed']);
});

test('an order that ends without money has expired or is cancelled', async () => {
  const unpaid = { status: 'PENDING', paymentStatus: 'UNPAID', stock: 'RELEASED' } as const;
  const [late, left] = [await shop.order(unpaid), await shop.order({ ...unpaid, total: 0 })];
  const event = { type: 'expired', message: 'Expired', actor: 'holdfast' };
  const end = { status: 'EXPIRED' as const, paymentFailed: false, recoverableUntil: null, event, ifCancelled: '' };
  await endUnpaid(db, { sessionId: late, ...end, at: shop.at });
  await endUnpaid(db, { sessionId: late, ...end, at: shop.at });
  expect(await shop.types(late)).toEqual(['order.expired']);
  await cancelUnpaid(db, { sessionId: left, actor: 'staff', at: shop.at });
  expect(await shop.types(left)).toEqual(['order.cancelled']);
});

test('each refund is told of once when it is made, and again if it fails; the order that goes on is not', async () => {
  const id = await shop.order({ status: 'COMPLETED' });
  await shop.refund(id, 'pending');
  await shop.refund(id, 'succeeded');
  const { key } = await db.refund.findFirstOrThrow({ where: { sessionId: id } });
  expect(await shop.events(id)).toMatchObject([{ type: 'order.refunded', subject: key }]);
  await shop.refund(id, 'pending', 1500);
  expect((await db.order.findUniqueOrThrow({ where: { sessionId: id } })).status).toBe('REFUNDED');
  expect(await shop.types(id)).toEqual(['order.refunded']);
  await shop.refund(id, 'failed', 1500);
  await shop.refund(id, 'failed', 1500);
  expect((await db.order.findUniqueOrThrow({ where: { sessionId: id } })).status).toBe('COMPLETED');
  expect(await shop.types(id)).toEqual(['order.refund_failed', 'order.attention_needed']);
});

test('a refund that staff take over is told of when they say that the customer has the money, and not when they withdraw it', async () => {
  for (const [how, told] of [
    ['settled_elsewhere', ['order.refunded']],
    ['withdraw', []],
  ] as const) {
    const id = await shop.order({ status: 'COMPLETED' });
    await shop.refund(id, 'pending');
    expect(await shop.types(id)).toEqual(['order.refunded']);
    await shop.refund(id, 'failed');
    expect(await shop.types(id)).toEqual(['order.refund_failed', 'order.attention_needed']);
    const resolved = { sessionId: id, how, actor: 'ada', at: shop.at };
    expect(await resolveRefund(db, resolved)).toMatchObject({ outcome: 'resolved' });
    expect([how, await shop.types(id)]).toEqual([how, told]);
    await resolveRefund(db, resolved);
    expect(await shop.types(id)).toEqual([]);
  }
});

test('a refund counts and fails in the database as it does in the rules', async () => {
  const statuses = ['requested', 'pending', 'requires_action', 'succeeded', 'failed', 'canceled', 'refused'];
  for (const status of [...statuses, 'withdrawn', 'settled_elsewhere']) {
    const id = await shop.order();
    const key = `${id}/rest/1`;
    const refusal = status === 'refused' ? { refusal: 'refused', refusalReason: 'No' } : {};
    const made = ['requested', 'refused', 'withdrawn', 'settled_elsewhere'].includes(status) ? null : `re_${id}`;
    await db.refund.create({
      data: {
        ...{
          key,
          sessionId: id,
          origin: 'COMPENSATION',
          stripeId: made,
          amount: 1,
          currency: 'eur',
          status,
          ...refusal,
        },
        ...{ reason: 'other', actor: 'holdfast', createdAt: shop.at, updatedAt: shop.at },
      },
    });
    const expected = isCounted(status) ? ['order.refunded'] : isReversed(status) ? ['order.refund_failed'] : [];
    expect([status, await shop.types(id)]).toEqual([status, expected]);
  }
});

test('a dispute is opened and decided; the money that the bank gave back is a refund without a refund', async () => {
  const id = await shop.order();
  await shop.dispute(id, 'needs_response');
  await shop.dispute(id, 'under_review');
  expect(await shop.events(id)).toMatchObject([{ type: 'order.dispute_opened', subject: `du_${id}` }]);
  await shop.dispute(id, 'lost');
  expect(await shop.events(id)).toMatchObject([
    { type: 'order.dispute_closed', subject: `du_${id}` },
    { type: 'order.attention_needed', subject: 'dispute-lost' },
  ]);
  await endLost(db, { sessionId: id, actor: 'ada', at: shop.at });
  expect(await shop.events(id)).toMatchObject([{ type: 'order.refunded', subject: null }]);
  await shop.dispute(id, 'won');
  expect(await shop.types(id)).toEqual(['order.dispute_closed', 'order.attention_needed']);
});

test('goods that come back, and goods that are sent again', async () => {
  const id = await shop.order();
  await shop.stock(id);
  await shop.ship(id, 2);
  expect(await shop.types(id)).toEqual(['order.shipped']);
  const asked = { sessionId: id, requestHash: 'body', actor: 'ada', at: shop.at };
  const items = [{ sku: shop.skuOf(id), quantity: 1 }];
  const back = await recordReturn(db, { ...asked, key: 'r', items, condition: 'write_off', refund: null });
  expect(await shop.events(id)).toMatchObject([{ type: 'order.returned', subject: 'id' in back ? back.id : '' }]);
  const again = await recordReplacement(db, { ...asked, key: 'e', items });
  expect(await shop.events(id)).toMatchObject([{ type: 'order.replaced', subject: 'id' in again ? again.id : '' }]);
  await shop.ship(id, 1);
  expect(await shop.types(id)).toEqual(['order.shipped']);
});

test('staff are needed: once for each step, and again when it comes back', async () => {
  const id = await shop.order();
  const raise = (reason: string) => raiseAttention(db, { sessionId: id, step: 'mail', reason, at: shop.at });
  await raise('refused');
  await raise('refused again');
  expect(await shop.events(id)).toMatchObject([{ type: 'order.attention_needed', subject: 'mail' }]);
  await clearAttention(db, { sessionId: id, at: shop.at });
  expect(await shop.types(id)).toEqual([]);
  await raise('refused');
  expect(await shop.types(id)).toEqual(['order.attention_needed']);
});

test('the triggers name every type there is, and no other', () => {
  const named = [...sqlFunctions().values()].flatMap((body) => body.match(/(?<=')order\.\w+(?=')/g) ?? []);
  expect([...new Set(named)].sort()).toEqual([...OUTBOUND_TYPES].sort());
});

/** What each move of an order's status alone tells. What refunds, disputes and parcels tell is their own. */
test('each move of the status tells what it should', async () => {
  const told: Record<string, string[]> = {};
  for (const from of ORDER_STATUSES)
    for (const to of TRANSITIONS[from]) {
      const id = await shop.order({ status: from });
      await db.order.update({ where: { sessionId: id }, data: { status: to } });
      const types = await shop.types(id);
      if (types.length > 0) told[`${from} → ${to}`] = types.map((type) => type.replace('order.', ''));
    }
  expect(told).toEqual({
    'PENDING → PAID': ['paid'],
    'PENDING → PREPARING': ['paid'],
    'PENDING → COMPLETED': ['paid', 'completed'],
    'PENDING → EXPIRED': ['expired'],
    'PENDING → CANCELLED': ['cancelled'],
    'PAID → COMPLETED': ['completed'],
    'PAID → CANCELLED': ['cancelled'],
    'PREPARING → COMPLETED': ['completed'],
    'PREPARING → CANCELLED': ['cancelled'],
    'SHIPPED → COMPLETED': ['completed'],
  });
});
