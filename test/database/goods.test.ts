import { eraseCustomer } from '../../store/customers/erase';
import type { Db } from '../../store/database';
import { completeOrder } from '../../store/orders/shipments';
import { readSnapshot } from '../../store/orders/snapshot';
import { withDatabase } from '../support/database';
import { at, goods, later, STOCK } from './goods';

/** Goods whose money went back in full, and came back because the refund failed at the bank. */

let db: Db;
withDatabase(3, (opened) => {
  db = opened;
});
const { order, ship, again, refund, refundRest, failLast, refundsOf, itemOf, onHand } = goods(() => db);
const orderOf = async (sessionId: string) => {
  const { status, stock } = await db.order.findUniqueOrThrow({ where: { sessionId } });
  return { status, stock };
};

test('take from stock what had gone back with the money, and not what a refund of a part had called off before', async () => {
  const { sessionId, mug, lamp } = await order({ mug: 1 });
  await refund(sessionId, 900, [{ sku: mug, quantity: 1 }]);
  await refundRest(sessionId);
  expect([await orderOf(sessionId), await onHand(mug)]).toEqual([{ status: 'REFUNDED', stock: 'RETURNED' }, STOCK - 1]);
  await failLast(sessionId);
  const { lines } = await readSnapshot(db, sessionId);
  expect(lines?.map(({ sku, toShip, again }) => [sku, toShip, again])).toEqual([
    [mug, 0, 1],
    [lamp, 0, 2],
  ]);
  expect(await ship(sessionId, mug, 2)).toMatchObject({ outcome: 'refused', reason: `${mug}: 1 unshipped, 2 asked` });
  expect(await ship(sessionId)).toMatchObject({ outcome: 'shipped', status: 'SHIPPED' });
  expect([await onHand(mug), await onHand(lamp)]).toEqual([STOCK - 2, STOCK - 2]);
  expect(await itemOf(sessionId, mug)).toMatchObject({ shipped: 2, restocked: 1, returned: 0, undone: 0 });
});

test('leave in stock what a refund brought back of the shipped ones, and are still sent in full', async () => {
  const { sessionId, mug, lamp } = await order({ mug: 1, lamp: 2 });
  await refundRest(sessionId);
  await failLast(sessionId);
  await refund(sessionId, 900, [{ sku: mug, quantity: 1 }]);
  expect(await onHand(mug)).toBe(STOCK);
  const { lines } = await readSnapshot(db, sessionId);
  expect(lines?.map(({ sku, again, withCustomer }) => [sku, again, withCustomer])).toEqual([
    [mug, 2, 0],
    [lamp, undefined, undefined],
  ]);
  expect(await ship(sessionId, mug, 1)).toMatchObject({ outcome: 'shipped', status: 'PREPARING' });
  expect([await onHand(mug), await itemOf(sessionId, mug)]).toEqual([
    STOCK - 2,
    expect.objectContaining({ shipped: 2, restocked: 0, returned: 1, undone: 0 }),
  ]);
  expect(await ship(sessionId)).toMatchObject({ outcome: 'shipped', status: 'SHIPPED' });
  // What is sent is replaced as ever: nothing of it is in stock that ship would take first.
  expect(await again(sessionId, mug, 1)).toMatchObject({ outcome: 'recorded', status: 'PREPARING' });
});

test('of an order from before they were counted are taken as far as they are unsent', async () => {
  const { sessionId, mug } = await order({ mug: 1, lamp: 2 });
  await refundRest(sessionId);
  await failLast(sessionId);
  await db.orderItem.updateMany({ where: { sessionId }, data: { undone: null } });
  await refund(sessionId, 900, [{ sku: mug, quantity: 1 }]);
  expect(await ship(sessionId)).toMatchObject({ outcome: 'shipped', status: 'SHIPPED' });
  expect([await onHand(mug), await itemOf(sessionId, mug)]).toEqual([
    STOCK - 2,
    expect.objectContaining({ shipped: 3, restocked: 0, returned: 1, undone: 0 }),
  ]);
});

test('a refund of a part that failed is still owed once goods that never went back are sent', async () => {
  const { sessionId } = await order({});
  await refund(sessionId, 500);
  await failLast(sessionId);
  const needs = async () => (await readSnapshot(db, sessionId)).pendingDecision?.step;
  expect(await needs()).toBe('refund-failed');
  expect(await ship(sessionId)).toMatchObject({ outcome: 'shipped', status: 'SHIPPED' });
  expect(await needs()).toBe('refund-failed');
});

test('shipping goods that had gone back with the money decides about the refund that failed', async () => {
  const { sessionId } = await order({});
  await refundRest(sessionId);
  await failLast(sessionId);
  expect(await readSnapshot(db, sessionId)).toMatchObject({
    pendingDecision: { step: 'refund-failed' },
    openRefunds: [{ status: 'failed' }],
  });
  await ship(sessionId);
  const shipped = await readSnapshot(db, sessionId);
  expect([shipped.pendingDecision, shipped.openRefunds]).toEqual([null, undefined]);
  // Nobody owes it any more, so it keeps nobody from erasing the customer.
  await completeOrder(db, { sessionId, reportedBy: 'ada', at: later });
  expect(await eraseCustomer(db, { sessionId, actor: 'ada', at: later })).toBeNull();
});

test('what Stripe refused when the failed refund was asked for again is answered with it', async () => {
  const { sessionId } = await order({});
  await refundRest(sessionId);
  await failLast(sessionId);
  const [failed] = await refundsOf(sessionId);
  await db.refund.create({
    data: {
      ...{ key: `${sessionId}/again`, sessionId, origin: 'COMPENSATION', reason: 'other', actor: 'ada' },
      ...{
        retryOf: failed?.stripeId ?? null,
        status: 'refused',
        refusal: 'charge_disputed',
        refusalReason: 'no',
        refusedAt: at,
      },
      ...{ currency: 'eur', createdAt: at, updatedAt: at },
    },
  });
  expect((await readSnapshot(db, sessionId)).openRefunds).toMatchObject([{ status: 'failed' }]); // stands for both
  await ship(sessionId);
  const { openRefunds, pendingDecision } = await readSnapshot(db, sessionId);
  expect([openRefunds, pendingDecision]).toEqual([undefined, null]);
});

test('a failed refund that another one has replaced is neither listed nor to be decided, in an order that goes on', async () => {
  const { sessionId } = await order({});
  await refund(sessionId, 500);
  await failLast(sessionId);
  await db.refund.updateMany({ where: { sessionId }, data: { updatedAt: new Date(at.getTime() - 1) } });
  await refund(sessionId, 400);
  expect(await readSnapshot(db, sessionId)).toMatchObject({
    pendingDecision: { step: 'refund-failed' },
    openRefunds: [{ amount: 500, status: 'failed' }],
  });
  await refund(sessionId, 500);
  const { openRefunds, pendingDecision } = await readSnapshot(db, sessionId);
  expect([openRefunds, pendingDecision]).toEqual([undefined, null]);
});
