import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import type { SessionId } from '../../domain/ids';
import type { Prisma } from '../../prisma/generated/client';
import type { Db } from '../../store/database';
import { type NewReturn, recordReturn } from '../../store/orders/returns';
import { recordShipment } from '../../store/orders/shipments';
import { readSnapshot } from '../../store/orders/snapshot';
import { recordRefund } from '../../store/refunds/record';
import { refuseRefund, writeRequest } from '../../store/refunds/staff-requests';
import { withDatabase } from '../support/database';

/** Goods that come back, as staff record them, with the refunds that are asked for beside and between. */

let db: Db;
withDatabase(5, (opened) => {
  db = opened;
});

const at = new Date('2026-11-23T12:00:00Z');
const STOCK = 100;

let orders = 0;
/** An order of three mugs at 10.00 and two lamps at 5.00, less 10 %, paid and sold. What is named was shipped. */
async function order(
  shipped: { mug?: number; lamp?: number } = { mug: 3, lamp: 2 },
  change: Partial<Prisma.OrderUncheckedCreateInput> = {},
) {
  const n = ++orders;
  const sessionId = `cs_test_returns_${n}` as SessionId;
  const skus = { mug: `mug-${n}`, lamp: `lamp-${n}` };
  const items = [
    { sku: skus.mug, quantity: 3, unitAmount: 1000, total: 3000, shipped: shipped.mug ?? 0 },
    { sku: skus.lamp, quantity: 2, unitAmount: 500, total: 1000, shipped: shipped.lamp ?? 0 },
  ];
  for (const { sku, quantity } of items) {
    await db.product.create({
      data: { sku, name: sku, kind: 'PHYSICAL', createdAt: at, updatedAt: at, stock: { create: {} } },
    });
    const moved = { sku, at, heldDelta: 0, reference: sessionId, actor: 'staff' };
    await db.stockMovement.create({ data: { ...moved, kind: 'ADJUST', onHandDelta: STOCK } });
    await db.stockMovement.create({ data: { ...moved, kind: 'TAKE', onHandDelta: -quantity } });
  }
  const left = items.reduce((sum, one) => sum + one.quantity - one.shipped, 0);
  await db.order.create({
    data: {
      ...{ sessionId, number: `returns-${n}`, status: left === 0 ? 'SHIPPED' : 'PREPARING', stock: 'COMMITTED' },
      ...{ paymentStatus: 'PAID', origin: 'CHECKOUT', currency: 'eur', subtotal: 4000, discount: 400, total: 3600 },
      ...{ paymentIntentId: `pi_returns_${n}`, holdUntil: at, createdAt: at, updatedAt: at },
      items: { create: items.map((item, position) => ({ ...item, position, name: item.sku, kind: 'PHYSICAL' })) },
      ...change,
    },
  });
  return { sessionId, ...skus };
}

const back = (sessionId: SessionId, sku: string, quantity: number, change: Partial<NewReturn> = {}) =>
  recordReturn(db, {
    ...{ sessionId, key: randomUUID(), requestHash: 'body', items: [{ sku, quantity }], condition: 'restock' as const },
    ...{ refund: null, actor: 'staff', at },
    ...change,
  });
const amount = (value: number) => ({ outcome: 'recorded', refund: { amount: value } });

/** Staff ask for a refund of this much, and Stripe makes it. */
async function refund(sessionId: SessionId, value: number): Promise<string> {
  const requestKey = randomUUID();
  const reason = 'other' as const;
  const asked = { sessionId, requestKey, amount: value, reason, actor: 'staff', at, isListed: true };
  const written = await writeRequest(db, asked);
  if (written.outcome === 'to-ask') await stripeSays(sessionId, written.refund.key, value);
  return written.outcome;
}
const stripeSays = (sessionId: SessionId, key: string, value: number, status = 'succeeded') =>
  recordRefund(db, {
    sessionId,
    seen: { id: `re_${key}`, key, status, amount: value, currency: 'eur', createdAt: at },
    at,
  });
const refundsOf = (sessionId: SessionId) =>
  db.refund.findMany({ where: { sessionId }, orderBy: [{ createdAt: 'asc' }, { key: 'asc' }] });
const itemOf = (sessionId: SessionId, sku: string) =>
  db.orderItem.findUniqueOrThrow({ where: { sessionId_sku: { sessionId, sku } } });
const onHand = async (sku: string) => (await db.stockLevel.findUniqueOrThrow({ where: { sku } })).onHand;

describe('goods that came back', () => {
  test('are in stock again or written off, and what is still to be shipped stays so', async () => {
    const { sessionId, mug } = await order({ mug: 1 });
    expect(await back(sessionId, mug, 1)).toMatchObject({ outcome: 'recorded', refund: null });
    expect([await onHand(mug), await itemOf(sessionId, mug)]).toEqual([
      STOCK - 2,
      expect.objectContaining({ shipped: 1, returned: 1, restocked: 0 }),
    ]);
    const parcel = { carrier: 'DHL', trackingNumber: '1', trackingUrl: null, items: [{ sku: mug, quantity: 2 }] };
    expect(await recordShipment(db, { sessionId, ...parcel, actor: 'ada', at })).toMatchObject({ outcome: 'shipped' });
    await back(sessionId, mug, 2, { condition: 'write_off' });
    expect(await onHand(mug)).toBe(STOCK - 2);
  });

  test('never are more than were shipped; the refusal names the SKU and the numbers, and nothing is recorded', async () => {
    const { sessionId, mug } = await order({ mug: 2 });
    await back(sessionId, mug, 1);
    const reason = `${mug}: 1 shipped and not yet returned, 2 asked`;
    expect(await back(sessionId, mug, 2)).toEqual({ outcome: 'refused', code: 'invalid_transition', reason });
    expect(await db.orderReturn.count({ where: { sessionId } })).toBe(1);
    expect(await back(sessionId, mug, 1)).toMatchObject({ outcome: 'recorded' });
    expect(await back(sessionId, mug, 1)).toMatchObject({ reason: expect.stringMatching(/^Nothing of the order/) });
  });

  test('are one return a key: the same again is the first, another body is a reuse', async () => {
    const { sessionId, mug } = await order();
    const asked = { key: 'once', refund: {}, remark: 'handle broken' };
    const answers = await Promise.all([back(sessionId, mug, 1, asked), back(sessionId, mug, 1, asked)]);
    expect(answers[1]).toEqual(answers[0]);
    expect(await back(sessionId, mug, 1, { ...asked, requestHash: 'other' })).toEqual({ outcome: 'key-reused' });
    expect(await back(sessionId, mug, 1, { ...asked, requestHash: null })).toEqual(answers[0]); // from the Temporal UI
    expect([await onHand(mug), (await refundsOf(sessionId)).length]).toEqual([STOCK - 2, 1]);
    const told = await db.timelineEntry.findMany({ where: { sessionId, type: 'returned' } });
    expect(told).toMatchObject([
      { message: `Returned: 1 × ${mug}; back in stock; €9.00 to be refunded`, note: 'handle broken', actor: 'staff' },
    ]);
  });

  test('and the workflow of their order knows of them, and whether more could come', async () => {
    const { sessionId, mug } = await order({ mug: 1 });
    expect(await readSnapshot(db, sessionId)).toMatchObject({ nothingOut: false });
    await back(sessionId, mug, 1, { condition: 'write_off' });
    expect(await readSnapshot(db, sessionId)).toMatchObject({
      nothingOut: true,
      returns: [{ id: expect.any(String), items: [{ sku: mug, quantity: 1 }], condition: 'write_off' }],
    });
  });
});

describe('the refund of a return', () => {
  test('is what the units cost, once each, and adds up with a refund between two returns of one line', async () => {
    const { sessionId, mug, lamp } = await order();
    expect(await back(sessionId, mug, 2, { refund: {} })).toMatchObject(amount(1800));
    expect(await refund(sessionId, 400)).toBe('to-ask');
    expect(await back(sessionId, mug, 1, { refund: {} })).toMatchObject(amount(900));
    // What is left is less than two lamps cost.
    expect(await back(sessionId, lamp, 2, { refund: {} })).toMatchObject(amount(500));
    expect(await refund(sessionId, 1)).toBe('refused');
  });

  test('is reserved with the return, so no other refund can take its money before Stripe has answered', async () => {
    const { sessionId, mug } = await order();
    const [first, second] = await Promise.all([
      back(sessionId, mug, 1, { refund: { amount: 2000 } }),
      back(sessionId, mug, 1, { refund: { amount: 2000 } }),
    ]);
    expect([first.outcome, second.outcome].sort()).toEqual(['recorded', 'refused']);
    expect(await refund(sessionId, 1601)).toBe('refused');
    const reserved = (await refundsOf(sessionId)).filter(({ status }) => status === 'requested');
    expect(reserved).toMatchObject([{ amount: 2000n, attempt: 1, origin: 'STAFF', restock: null }]);
  });

  test.each<[string, Partial<Prisma.OrderUncheckedCreateInput>, NewReturn['refund'], string, RegExp]>([
    ['the payment is disputed', { disputed: true }, {}, 'disputed', /bank decides/],
    ['more is named than is left', {}, { amount: 3601 }, 'refund_exceeds_remaining', /€36\.00/],
    ['nothing is left', { lostAmount: 3600 }, {}, 'refund_exceeds_remaining', /lost dispute/],
    ['nothing was paid', { paymentIntentId: null }, {}, 'invalid_transition', /no money was taken/],
    ['the units were free', { discount: 4000 }, {}, 'invalid_transition', /Nothing was paid for these units/],
  ])('is refused with the return if %s; without it, the goods are recorded', async (_why, change, asked, code, why) => {
    const { sessionId, mug } = await order(undefined, change);
    const refused = await back(sessionId, mug, 1, { refund: asked });
    expect(refused).toEqual({ outcome: 'refused', code, reason: expect.stringMatching(why) });
    expect([await onHand(mug), await db.orderReturn.count({ where: { sessionId } })]).toEqual([STOCK - 3, 0]);
    expect(await refundsOf(sessionId)).toEqual([]);
    expect(await back(sessionId, mug, 1)).toMatchObject({ outcome: 'recorded', refund: null });
  });

  test('restocks nothing when Stripe has made it: the return has', async () => {
    const { sessionId, mug } = await order();
    await back(sessionId, mug, 3, { refund: { amount: 3600 } });
    const [{ key } = { key: '' }] = await refundsOf(sessionId);
    expect(await stripeSays(sessionId, key, 3600)).toMatchObject({ orderStatus: 'REFUNDED' });
    expect([await onHand(mug), await itemOf(sessionId, mug)]).toEqual([
      STOCK,
      expect.objectContaining({ restocked: 0 }),
    ]);
  });

  test('of a unit that came back without one is still to be had', async () => {
    const { sessionId, mug } = await order();
    await back(sessionId, mug, 1);
    expect(await back(sessionId, mug, 1, { refund: {} })).toMatchObject(amount(900));
  });
});

/** What may happen to one order: goods leave, come back, are refunded beside it, and Stripe answers. */
const step = fc.record({
  what: fc.constantFrom('ship', 'return', 'return', 'refund', 'restock', 'answer', 'fail', 'refuse'),
  sku: fc.constantFrom('mug' as const, 'lamp' as const),
  quantity: fc.integer({ min: 1, max: 3 }),
  value: fc.integer({ min: 1, max: 2000 }),
  refund: fc.constantFrom('none', 'cost', 'named'),
  condition: fc.constantFrom('restock' as const, 'write_off' as const),
});

test('whatever order it all comes in, no more goes back than was paid, shipped or taken from stock', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 6, maxLength: 14 }), async (steps) => {
      const { sessionId, ...skus } = await order({ mug: 1 });
      for (const one of steps) {
        await take(sessionId, { ...one, sku: skus[one.sku] });
        await expectLaws(sessionId);
      }
    }),
    { numRuns: 8 },
  );
}, 60_000);

type Step = Omit<typeof step extends fc.Arbitrary<infer T> ? T : never, 'sku'> & { sku: string };

async function take(
  sessionId: SessionId,
  { what, sku, quantity, value, refund: how, condition }: Step,
): Promise<unknown> {
  const requested = (await refundsOf(sessionId)).filter(({ status }) => status === 'requested');
  const made = (await refundsOf(sessionId)).filter(({ status }) => status === 'succeeded');
  const [first, last] = [requested[0], made.at(-1)];
  switch (what) {
    case 'ship':
      return recordShipment(db, {
        ...{
          sessionId,
          carrier: 'DHL',
          trackingNumber: randomUUID(),
          trackingUrl: null,
          actor: 'ada',
          items: [{ sku, quantity }],
          at,
        },
      });
    case 'return':
      return back(sessionId, sku, quantity, {
        ...{ condition, refund: how === 'none' ? null : how === 'cost' ? {} : { amount: value } },
      });
    case 'refund':
      return refund(sessionId, value);
    case 'restock': {
      const restock = [{ sku, quantity }];
      const asked = {
        sessionId,
        requestKey: randomUUID(),
        amount: value,
        reason: 'other' as const,
        actor: 'staff',
        at,
      };
      const written = await writeRequest(db, { ...asked, restock, isListed: true });
      return written.outcome === 'to-ask' && stripeSays(sessionId, written.refund.key, value);
    }
    case 'answer':
      return first && stripeSays(sessionId, first.key, Number(first.amount));
    case 'fail':
      return last && stripeSays(sessionId, last.key, Number(last.amount), 'failed');
    default: {
      const refusal = { code: 'disputed' as const, reason: 'The bank decides' };
      return first && refuseRefund(db, { key: first.key, refusal, at });
    }
  }
}

async function expectLaws(sessionId: SessionId): Promise<void> {
  const { total, refunded, items, returns, refunds } = await db.order.findUniqueOrThrow({
    where: { sessionId },
    include: { items: true, returns: true, refunds: true },
  });
  const sum = (of: { amount: bigint | null }[]) => of.reduce((all, one) => all + Number(one.amount), 0);
  const reserved = sum(refunds.filter(({ status, attempt }) => status === 'requested' && attempt > 0));
  expect(Number(refunded)).toBe(sum(refunds.filter(({ status }) => status === 'succeeded')));
  expect(Number(refunded) + reserved).toBeLessThanOrEqual(Number(total));
  for (const { sku, quantity, shipped, restocked, returned } of items) {
    const lines = returns.flatMap(({ items: back, condition }) =>
      (back as { sku: string; quantity: number }[])
        .filter((line) => line.sku === sku)
        .map((line) => ({ ...line, condition })),
    );
    const units = (of: { quantity: number }[]) => of.reduce((all, line) => all + line.quantity, 0);
    expect({ sku, returned: units(lines) }).toEqual({ sku, returned });
    expect(returned <= shipped && shipped <= quantity && restocked + returned <= quantity).toBe(true);
    const inStock = units(lines.filter(({ condition }) => condition === 'RESTOCK'));
    expect({ sku, onHand: await onHand(sku) }).toEqual({ sku, onHand: STOCK - quantity + restocked + inStock });
  }
}
