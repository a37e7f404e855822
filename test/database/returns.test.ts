import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import type { SessionId } from '../../domain/ids';
import { openFailures } from '../../domain/refund';
import type { Prisma } from '../../prisma/generated/client';
import { readMigrations } from '../../prisma/migrations';
import { eraseCustomer } from '../../store/customers/erase';
import type { Db } from '../../store/database';
import {
  declineReturnRequest,
  IN_TIME,
  recordReturnRequest,
  returnRequestsOf,
} from '../../store/orders/return-requests';
import type { NewReturn } from '../../store/orders/returns';
import { completeOrder, recordShipment } from '../../store/orders/shipments';
import { holdShipping, releaseShipping } from '../../store/orders/shipping-hold';
import { readSnapshot } from '../../store/orders/snapshot';
import { refuseRefund } from '../../store/refunds/refusals';
import { readRefundStanding } from '../../store/refunds/standing';
import { withDatabase } from '../support/database';
import { at, goods, later, STOCK } from './goods';

/** Goods that come back, as staff record them, with the refunds that are asked for beside and between. */

let db: Db;
withDatabase(5, (opened) => {
  db = opened;
});

const { order, back, again, ship, refund, failLast, stripeSays, refundsOf, itemOf, moved, onHand } = goods(() => db);
const ask = (sessionId: SessionId, sku: string, quantity: number, when = at) =>
  recordReturnRequest(db, { sessionId, id: randomUUID(), items: [{ sku, quantity }], reason: null, at: when });
const decline = (sessionId: SessionId, id: string) =>
  declineReturnRequest(db, { sessionId, id, note: 'No', actor: 'ada', at: later });
const requestsOf = async (sessionId: SessionId) => {
  const include = { items: true, returns: { orderBy: [...IN_TIME] }, returnRequests: { orderBy: [...IN_TIME] } };
  return returnRequestsOf(await db.order.findUniqueOrThrow({ where: { sessionId }, include }));
};
const isListed = async (sessionId: SessionId) =>
  (await db.order.findUniqueOrThrow({ where: { sessionId } })).returnRequested;
const amount = (value: number) => ({ outcome: 'recorded', refund: { amount: value } });

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
    expect(await moved(sessionId, mug)).toEqual([[1, 'RETURN', 'ada']]);
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
      { message: `Came back: 1 × ${mug}, back in stock; €9.00 to be refunded`, note: 'handle broken', actor: 'ada' },
    ]);
  });

  test('and whose refund failed need another one, although other goods were refunded since', async () => {
    const { sessionId, mug } = await order();
    await back(sessionId, mug, 1, { refund: {} });
    const [first] = await refundsOf(sessionId);
    await stripeSays(sessionId, first?.key ?? '', 900, 'pending');
    await stripeSays(sessionId, first?.key ?? '', 900, 'failed');
    await back(sessionId, mug, 1, { refund: {}, at: later });
    const second = (await refundsOf(sessionId)).find(({ key }) => key !== first?.key);
    await stripeSays(sessionId, second?.key ?? '', 900);
    await db.refund.updateMany({ where: { key: second?.key ?? '' }, data: { createdAt: later } });
    const { refunds, refundable } = await readRefundStanding(db, sessionId);
    expect(openFailures(refunds, refundable).map(({ key }) => key)).toEqual([first?.key]);
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

  test('goes on with the unit after the last that was refunded: one that came back without a refund still has its price', async () => {
    const { sessionId, mug } = await order(undefined, { discount: 401, total: 3599 });
    expect(await back(sessionId, mug, 1, { refund: {} })).toMatchObject(amount(899));
    await back(sessionId, mug, 1);
    expect(await back(sessionId, mug, 1, { refund: {} })).toMatchObject(amount(900));
    await again(sessionId, mug, 1);
    await ship(sessionId, mug, 1);
    expect(await back(sessionId, mug, 1, { refund: {} })).toMatchObject(amount(900));
  });
});

describe('goods that are sent again', () => {
  test('take their stock, and have the order shipped again, whose time to completion then counts from that parcel', async () => {
    const { sessionId, mug } = await order(undefined, { status: 'COMPLETED', shippedAt: at });
    expect(await again(sessionId, mug, 2)).toMatchObject({ outcome: 'recorded', status: 'PREPARING' });
    expect([await onHand(mug), await itemOf(sessionId, mug)]).toEqual([
      STOCK - 5,
      expect.objectContaining({ quantity: 3, shipped: 3, replaced: 2 }),
    ]);
    expect(await moved(sessionId, mug)).toEqual([[-2, 'TAKE', 'bob']]);
    expect(await again(sessionId, mug, 2)).toMatchObject({ reason: expect.stringMatching(/: 1 shipped.*2 asked/) });
    expect(await ship(sessionId, mug, 3)).toMatchObject({ reason: expect.stringMatching(/2 unshipped, 3 asked/) });
    expect(await ship(sessionId, mug, 2)).toMatchObject({ outcome: 'shipped', status: 'SHIPPED' });
    const { shippedAt, timeline } = await db.order.findUniqueOrThrow({
      where: { sessionId },
      include: { timeline: true },
    });
    expect(shippedAt).toEqual(later);
    expect(timeline).toContainEqual(
      expect.objectContaining({ message: `To be sent at no charge: 2 × ${mug}`, actor: 'bob' }),
    );
    // The first ones come back, and what replaced them.
    expect(await back(sessionId, mug, 5)).toMatchObject({ outcome: 'recorded' });
    expect(await onHand(mug)).toBe(STOCK);
  });

  test('are refused once the customer is erased: nobody knows where to send them', async () => {
    const { sessionId, mug } = await order();
    await db.customer.create({ data: { sessionId, erasedAt: at } });
    const reason = 'The customer of this order is erased';
    expect(await again(sessionId, mug, 1)).toEqual({ outcome: 'refused', code: 'invalid_transition', reason });
    expect(await onHand(mug)).toBe(STOCK - 3);
  });

  test('complete their order once more, which the timeline says again', async () => {
    const { sessionId, mug } = await order();
    const delivered = (name: string) => completeOrder(db, { sessionId, reportedBy: name, at: later });
    await ship(sessionId, mug, 1);
    await db.order.update({ where: { sessionId }, data: { shippedAt: at } });
    expect([await delivered('ada'), await delivered('ada')]).toEqual(['COMPLETED', 'COMPLETED']);
    await again(sessionId, mug, 1);
    await ship(sessionId, mug, 1);
    expect(await delivered('bob')).toBe('COMPLETED');
    const entries = await db.timelineEntry.findMany({
      where: { sessionId, type: 'completed' },
      orderBy: { id: 'asc' },
    });
    expect(entries.map(({ actor }) => actor)).toEqual(['ada', 'bob']);
  });

  test('stay in the house while shipping is on hold; what is out can come back meanwhile', async () => {
    const { sessionId, mug, cup } = await order({ mug: 1, lamp: 2 });
    const asked = (key: string) => ({ sessionId, key, actor: 'ada', at });
    await holdShipping(db, { ...asked('hold'), reason: 'stock' });
    expect(await back(sessionId, mug, 1)).toMatchObject({ outcome: 'recorded' });
    expect(await again(sessionId, mug, 1)).toMatchObject({ outcome: 'recorded', status: 'PREPARING' });
    expect(await again(sessionId, mug, 2, { with: cup })).toMatchObject({ outcome: 'recorded' });
    expect(await ship(sessionId, cup, 2)).toMatchObject({ reason: expect.stringMatching(/^Shipping is on hold/) });
    await releaseShipping(db, asked('release'));
    expect(await ship(sessionId, cup, 2)).toMatchObject({ outcome: 'shipped' });
  });

  test('are once a key, and none if the shelf has too few', async () => {
    const { sessionId, mug, cup } = await order();
    const asked = { key: 'once', remark: 'lost by the carrier' };
    const answers = await Promise.all([again(sessionId, mug, 1, asked), again(sessionId, mug, 1, asked)]);
    expect(answers[1]).toEqual(answers[0]);
    expect(await again(sessionId, mug, 1, { ...asked, requestHash: 'other' })).toEqual({ outcome: 'key-reused' });
    await db.stockMovement.create({
      data: { sku: cup, at, kind: 'ADJUST', onHandDelta: -STOCK, heldDelta: 0, reference: 'sold', actor: 'staff' },
    });
    expect(await again(sessionId, mug, 1, { with: cup })).toEqual({
      ...{ outcome: 'refused', code: 'out_of_stock', reason: `${cup}: 0 in stock, 1 asked` },
      missing: [{ sku: cup, requested: 1, available: 0 }],
    });
    expect([await onHand(mug), await db.replacement.count({ where: { sessionId } })]).toEqual([STOCK - 4, 1]);
  });

  test('before they are shipped are exchanged: a line that is exchanged whole is another line', async () => {
    const { sessionId, mug, cup } = await order({ lamp: 2 });
    expect(await again(sessionId, mug, 3, { with: cup })).toMatchObject({ outcome: 'recorded', status: 'PREPARING' });
    const items = await db.orderItem.findMany({ where: { sessionId }, orderBy: { position: 'asc' } });
    expect(items.map(({ sku, quantity, total }) => [sku, quantity, total])).toEqual([
      [expect.stringMatching(/^lamp/), 2, 1000n],
      [cup, 3, 3000n],
    ]);
    expect([await onHand(mug), await onHand(cup)]).toEqual([STOCK, STOCK - 3]);
    expect(await ship(sessionId, cup, 3)).toMatchObject({ outcome: 'shipped', status: 'SHIPPED' });
    expect(await back(sessionId, cup, 3, { refund: {} })).toMatchObject(amount(2700));
  });

  test('are told of each line: what was sent again, what instead of another, and what was exchanged', async () => {
    const { sessionId, mug, cup } = await order({ mug: 3 });
    await again(sessionId, mug, 1);
    await again(sessionId, mug, 1, { with: cup });
    const { lines = [] } = await readSnapshot(db, sessionId);
    const [sent, instead] = [mug, cup].map((one) => lines.find(({ sku }) => sku === one));
    expect(sent).toMatchObject({ replaced: 1, exchangedFor: [cup] });
    expect(instead).toMatchObject({ quantity: 1, insteadOf: [{ sku: mug, quantity: 1 }] });
    const { message } = await db.timelineEntry.findFirstOrThrow({ where: { sessionId }, orderBy: { id: 'desc' } });
    expect(message).toBe(`To be sent at no charge: 1 × ${cup} instead of ${mug}`);
  });

  test('instead of what came in place of a bundle’s content cost what that costs alone, and have its part of the price', async () => {
    const { sessionId, mug, lamp, cup } = await order({});
    const contents = [
      ...[{ sku: mug, name: 'Mug', kind: 'PHYSICAL', quantity: 3, total: 2199 }],
      ...[{ sku: lamp, name: 'Lamp', kind: 'PHYSICAL', quantity: 2, total: 801 }],
    ];
    const bundles = [{ sku: 'box', name: 'Box', quantity: 1, contents }];
    await db.order.update({ where: { sessionId }, data: { bundles } });
    await db.orderItem.update({
      where: { sessionId_sku: { sessionId, sku: mug } },
      data: { unitAmount: 733, total: 2199 },
    });
    expect(await again(sessionId, mug, 3, { with: cup })).toMatchObject({ outcome: 'recorded' });
    const lines = async () =>
      (await db.orderItem.findMany({ where: { sessionId }, orderBy: { position: 'asc' } })).map(
        ({ sku, quantity, total }) => [sku, quantity, Number(total)],
      );
    expect(await lines()).toEqual([
      [lamp, 2, 1000],
      [cup, 3, 2199],
    ]);
    expect(await again(sessionId, cup, 1, { with: mug })).toMatchObject({ outcome: 'recorded' });
    expect(await lines()).toEqual([
      [lamp, 2, 1000],
      [cup, 2, 1466],
      [mug, 1, 733],
    ]);
    const refused = { outcome: 'refused', reason: expect.stringMatching(/costs €5\.00, and cup-\d+ €10\.00/) };
    expect(await again(sessionId, cup, 1, { with: lamp })).toMatchObject(refused);
  });

  test('instead of others cost what those cost, and the others nothing any more', async () => {
    const { sessionId, mug, cup } = await order();
    await again(sessionId, mug, 1, { with: cup });
    await ship(sessionId, cup, 1);
    expect(await back(sessionId, cup, 1, { refund: {} })).toMatchObject(amount(900));
    expect(await back(sessionId, mug, 2, { refund: {} })).toMatchObject(amount(1800));
    expect(await back(sessionId, mug, 1, { refund: {} })).toMatchObject({ code: 'invalid_transition' });
    // What was refunded and is sent again has cost nothing.
    await again(sessionId, cup, 1);
    await ship(sessionId, cup, 1);
    expect(await back(sessionId, cup, 1, { refund: {} })).toMatchObject({ code: 'invalid_transition' });
  });

  test('and are called off by a refund go back on the shelf, and the order is shipped', async () => {
    const { sessionId, mug } = await order();
    await again(sessionId, mug, 1);
    await take(sessionId, { ...STEP, what: 'restock', sku: mug });
    expect(await db.order.findUniqueOrThrow({ where: { sessionId } })).toMatchObject({ status: 'SHIPPED' });
    expect(await onHand(mug)).toBe(STOCK - 3);
    await take(sessionId, { ...STEP, what: 'refund', sku: mug, value: 3599 });
    expect(await db.order.findUniqueOrThrow({ where: { sessionId } })).toMatchObject({ status: 'REFUNDED' });
    expect(await onHand(mug)).toBe(STOCK - 3);
  });
});

describe('an order says itself that its customer asks to return', () => {
  test('until all of it is back, declined, or erased with the customer', async () => {
    const { sessionId, mug, lamp } = await order();
    await db.customer.create({ data: { sessionId, email: 'ada@example.com' } });
    expect(await isListed(sessionId)).toBe(false);
    await ask(sessionId, mug, 2);
    expect(await isListed(sessionId)).toBe(true);
    await back(sessionId, mug, 1, { at: later });
    expect(await isListed(sessionId)).toBe(true);
    await back(sessionId, mug, 1, { at: later });
    expect(await isListed(sessionId)).toBe(false);
    await ask(sessionId, lamp, 1, later);
    await decline(sessionId, (await requestsOf(sessionId)).at(-1)?.id ?? '');
    expect(await isListed(sessionId)).toBe(false);
    await ask(sessionId, lamp, 1, later);
    expect(await isListed(sessionId)).toBe(true);
    await completeOrder(db, { sessionId, reportedBy: 'ada', at: later });
    expect(await eraseCustomer(db, { sessionId, actor: 'ada', at: later })).toBeNull();
    await back(sessionId, lamp, 1); // from before that request
    expect(await isListed(sessionId)).toBe(false);
  });

  test('also if the request was recorded before orders said so', async () => {
    const { sessionId, mug } = await order();
    await ask(sessionId, mug, 1);
    await db.order.update({ where: { sessionId }, data: { returnRequested: false } });
    await db.$executeRawUnsafe(sqlOf('20261201061841_earlier_return_requests'));
    expect(await isListed(sessionId)).toBe(true);
  });
});

const sqlOf = (name: string) => readMigrations().find((one) => one.name === name)?.sql ?? '';

/** What may happen to one order: goods leave, come back, are sent again, are refunded beside it, and Stripe answers. */
const step = fc.record({
  what: fc.constantFrom(
    'ship',
    'return',
    'return',
    'replace',
    'replace',
    'refund',
    'restock',
    'answer',
    'fail',
    'refuse',
    'ask',
    'ask',
    'decline',
  ),
  sku: fc.constantFrom('mug' as const, 'mug' as const, 'lamp' as const, 'cup' as const),
  other: fc.boolean(),
  quantity: fc.integer({ min: 1, max: 3 }),
  value: fc.integer({ min: 1, max: 2000 }),
  refund: fc.constantFrom('none', 'cost', 'named'),
  condition: fc.constantFrom('restock' as const, 'write_off' as const),
});

test('whatever order it all comes in, no more goes back than was paid, shipped or taken from stock', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 6, maxLength: 14 }), async (steps) => {
      const { sessionId, ...skus } = await order({ mug: 1 });
      for (const [n, one] of steps.entries()) {
        // Two steps each moment.
        const when = new Date(at.getTime() + Math.floor(n / 2));
        await take(sessionId, { ...one, sku: skus[one.sku], with: one.other ? skus.cup : undefined, at: when });
        await expectLaws(sessionId, Object.values(skus));
        await expectFlag(sessionId);
      }
    }),
    { numRuns: 8 },
  );
}, 60_000);

type Step = Omit<typeof step extends fc.Arbitrary<infer T> ? T : never, 'sku' | 'other'> & {
  sku: string;
  with?: string | undefined;
  /** When something comes back, or is asked to. */
  at?: Date;
};
const STEP = { quantity: 1, value: 1, refund: 'none', condition: 'restock' } as const;

async function take(
  sessionId: SessionId,
  { what, sku, quantity, value, refund: how, condition, with: other, at: when = at }: Step,
): Promise<unknown> {
  const requested = (await refundsOf(sessionId)).filter(({ status }) => status === 'requested');
  const [first] = requested;
  switch (what) {
    case 'ship':
      return ship(sessionId, sku, quantity);
    case 'replace':
      return again(sessionId, sku, quantity, { with: other });
    case 'return':
      return back(sessionId, sku, quantity, {
        ...{ condition, refund: how === 'none' ? null : how === 'cost' ? {} : { amount: value }, at: when },
      });
    case 'ask':
      return ask(sessionId, sku, quantity, when);
    case 'decline': {
      const [open] = (await requestsOf(sessionId)).filter(({ state }) => state === 'open');
      return open && decline(sessionId, open.id);
    }
    case 'refund':
      return refund(sessionId, value);
    case 'restock':
      return refund(sessionId, value, [{ sku, quantity }]);
    case 'answer':
      return first && stripeSays(sessionId, first.key, Number(first.amount));
    case 'fail':
      return failLast(sessionId);
    default: {
      const refusal = { code: 'disputed' as const, reason: 'The bank decides' };
      return first && refuseRefund(db, { key: first.key, refusal, at });
    }
  }
}

/** The order says itself whether a request is open, as the requests, followed one by one, say it. */
async function expectFlag(sessionId: SessionId): Promise<void> {
  const isOpen = (await requestsOf(sessionId)).some(({ state }) => state === 'open');
  expect(await isListed(sessionId)).toBe(isOpen);
}

async function expectLaws(sessionId: SessionId, skus: string[]): Promise<void> {
  const { total, refunded, items, returns, refunds } = await db.order.findUniqueOrThrow({
    where: { sessionId },
    include: { items: true, returns: true, refunds: true },
  });
  const sum = (of: { amount: bigint | null }[]) => of.reduce((all, one) => all + Number(one.amount), 0);
  const reserved = sum(refunds.filter(({ status, attempt }) => status === 'requested' && attempt > 0));
  expect(Number(refunded)).toBe(sum(refunds.filter(({ status }) => status === 'succeeded')));
  expect(Number(refunded) + reserved).toBeLessThanOrEqual(Number(total));
  expect(items.reduce((all, one) => all + Number(one.total), 0)).toBe(4000);
  for (const sku of skus) {
    const { quantity, shipped, restocked, returned, replaced } = items.find((item) => item.sku === sku) ?? NOTHING;
    const units = (condition?: string) =>
      returns
        .filter((one) => condition === undefined || one.condition === condition)
        .flatMap((one) => one.items as { sku: string; quantity: number }[])
        .reduce((all, line) => all + (line.sku === sku ? line.quantity : 0), 0);
    expect(returned).toBeGreaterThanOrEqual(units());
    expect(replaced <= shipped && shipped <= quantity + replaced && returned <= shipped).toBe(true);
    const gone = quantity + replaced - restocked - returned + units('WRITE_OFF');
    expect({ sku, onHand: await onHand(sku) }).toEqual({ sku, onHand: STOCK - gone });
  }
}

const NOTHING = { quantity: 0, shipped: 0, restocked: 0, returned: 0, replaced: 0 };
