import { randomUUID } from 'node:crypto';
import { ATTENTION_STEPS } from '../../domain/attention';
import type { SessionId } from '../../domain/ids';
import { ORDER_STATUSES, TRANSITIONS } from '../../domain/order';
import type { Prisma, RefundOrigin, ReturnCondition } from '../../prisma/generated/client';
import { connectDatabase, type Db } from '../../store/database';
import { inventory } from '../../store/stock/inventory';
import { createTestDatabase, type TestDatabase } from '../support/database';

let database: TestDatabase;
let db: Db;
const at = new Date('2026-01-01T00:00:00Z');
const later = new Date('2026-01-01T01:00:00Z');

beforeAll(async () => {
  database = await createTestDatabase();
  db = connectDatabase(database.url, 20);
});
afterAll(async () => {
  await db.$disconnect();
  await database.drop();
});

const product = async (sku: string, onHand: number) => {
  await db.product.create({
    data: { sku, name: sku, kind: 'PHYSICAL', createdAt: at, updatedAt: at, stock: { create: {} } },
  });
  await db.stockMovement.create({
    data: { sku, at, kind: 'ADJUST', onHandDelta: onHand, heldDelta: 0, reference: 'delivery', actor: 'staff' },
  });
};
const order = async (id: string, sku = 'x', quantity = 1) => {
  const money = { currency: 'eur', subtotal: 100, total: 100 };
  await db.order.create({
    data: {
      sessionId: id,
      number: id,
      status: 'PENDING',
      paymentStatus: 'UNPAID',
      stock: 'HELD',
      origin: 'CHECKOUT',
      ...money,
      holdUntil: later,
      createdAt: at,
      updatedAt: at,
      items: { create: [{ sku, position: 0, name: sku, kind: 'PHYSICAL', quantity, unitAmount: 100, total: 100 }] },
    },
  });
  return id as SessionId;
};
const level = async (sku: string) => {
  const { onHand, held } = await db.stockLevel.findUniqueOrThrow({ where: { sku } });
  return { onHand, held };
};
type Lines = { sku: string; quantity: number }[];
/** As the steps of an order's good path do it in the database: the answer is what is missing. */
const stock = {
  async hold(id: SessionId, lines: Lines): Promise<unknown> {
    const [row] = await db.$queryRaw<[{ missing: unknown }]>`
      SELECT hold_stock(${id}, ${JSON.stringify(lines)}::jsonb, ${later}, ${at}) AS missing`;
    return row.missing;
  },
  async commit(id: SessionId, lines: Lines): Promise<unknown> {
    const [row] = await db.$queryRaw<[{ missing: unknown }]>`
      SELECT commit_stock(${id}, ${JSON.stringify(lines)}::jsonb, ${at}) AS missing`;
    return row.missing;
  },
};
const one = (sku: string, quantity = 1) => [{ sku, quantity }];

describe('stock', () => {
  test('is held all or nothing, and says what is missing', async () => {
    await product('a', 5);
    await product('b', 1);
    const id = await order('cs_all');
    expect(
      await stock.hold(id, [
        { sku: 'a', quantity: 2 },
        { sku: 'b', quantity: 2 },
      ]),
    ).toEqual([{ sku: 'b', requested: 2, available: 1 }]);
    expect(await level('a')).toEqual({ onHand: 5, held: 0 });
  });

  test('each step repeated changes nothing more', async () => {
    await product('twice', 3);
    const id = await order('cs_twice', 'twice', 2);
    for (let i = 0; i < 3; i++) expect(await stock.hold(id, one('twice', 2))).toEqual([]);
    expect(await level('twice')).toEqual({ onHand: 3, held: 2 });
    for (let i = 0; i < 3; i++) expect(await stock.commit(id, one('twice', 2))).toEqual([]);
    expect(await level('twice')).toEqual({ onHand: 1, held: 0 });
    for (let i = 0; i < 3; i++) await inventory.release(db, id, at);
    for (let i = 0; i < 3; i++) await inventory.restock(db, id, one('twice', 2), 'undo/1', 'staff', at);
    expect(await level('twice')).toEqual({ onHand: 3, held: 0 });
  });

  test('released and then paid for is taken again, or missing', async () => {
    await product('late', 1);
    const first = await order('cs_late1', 'late');
    await stock.hold(first, one('late'));
    await inventory.release(db, first, at);
    expect(await stock.commit(first, one('late'))).toEqual([]);
    expect(await level('late')).toEqual({ onHand: 0, held: 0 });
    expect(await stock.commit(await order('cs_late2', 'late'), one('late'))).toEqual([
      { sku: 'late', requested: 1, available: 0 },
    ]);
  });

  test('200 at once for 25 units: 25 hold, 175 do not, and the ledger adds up', async () => {
    await product('rush', 25);
    const ids: SessionId[] = [];
    for (let n = 0; n < 200; n++) ids.push(await order(`cs_rush${n}`, 'rush'));
    const held = await Promise.all(ids.map((id) => stock.hold(id, one('rush'))));
    expect(held.filter((missing) => JSON.stringify(missing) === '[]')).toHaveLength(25);
    expect(await level('rush')).toEqual({ onHand: 25, held: 25 });
    const [sum] = await db.$queryRaw<[{ on_hand: bigint; held: bigint }]>`
      SELECT sum(on_hand_delta) AS on_hand, sum(held_delta) AS held FROM stock_movements WHERE sku = 'rush'`;
    expect(sum).toEqual({ on_hand: 25n, held: 25n });
  });

  test('two carts with the same goods in a different order never deadlock', async () => {
    await product('p', 1000);
    await product('q', 1000);
    const carts = await Promise.all(Array.from({ length: 60 }, (_, n) => order(`cs_circle${n}`)));
    const results = await Promise.all(
      carts.map((id, n) => stock.hold(id, n % 2 ? [...one('p'), ...one('q')] : [...one('q'), ...one('p')])),
    );
    expect(results.flat()).toEqual([]);
  });

  test('is written only by movements, and movements are never changed', async () => {
    await product('law', 2);
    await expect(db.stockLevel.update({ where: { sku: 'law' }, data: { held: 1 } })).rejects.toThrow(
      /only by a movement/,
    );
    await expect(db.stockMovement.deleteMany({ where: { sku: 'law' } })).rejects.toThrow(/only by a movement/);
    const overdrawn = {
      sku: 'law',
      at,
      kind: 'ADJUST',
      onHandDelta: -3,
      heldDelta: 0,
      reference: 'x',
      actor: 'staff',
    } as const;
    await expect(db.stockMovement.create({ data: overdrawn })).rejects.toThrow(/stock_levels_conserved/);
    await expect(db.stockMovement.create({ data: { ...overdrawn, onHandDelta: 0, heldDelta: 3 } })).rejects.toThrow(
      /stock_levels_conserved/,
    );
  });

  test('is never restocked beyond what was bought', async () => {
    await product('back', 2);
    const id = await order('cs_back', 'back', 2);
    await stock.hold(id, one('back', 2));
    await stock.commit(id, one('back', 2));
    await inventory.restock(db, id, one('back', 1), 'one', 'staff', at);
    await expect(inventory.restock(db, id, one('back', 2), 'two', 'staff', at)).rejects.toThrow(/restocked_bounds/);
    expect(await level('back')).toEqual({ onHand: 1, held: 0 });
  });
});

test('a bundle contains no bundle, and is in none', async () => {
  const made = (sku: string) => ({ sku, name: sku, kind: 'PHYSICAL' as const, createdAt: at, updatedAt: at });
  await db.product.createMany({ data: ['one', 'box', 'crate'].map(made) });
  const put = (bundle: string, sku: string, quantity = 1) =>
    db.bundleItem.create({ data: { bundle, sku, quantity, position: 0 } });
  await put('box', 'one');
  for (const [bundle, sku] of [
    ['crate', 'box'],
    ['one', 'crate'],
    ['crate', 'crate'],
  ] as const)
    await expect(put(bundle, sku)).rejects.toThrow(/cannot contain/);
  for (const quantity of [0, 100]) await expect(put('crate', 'one', quantity)).rejects.toThrow(/quantity_bounds/);
});

describe('a return', () => {
  /** An order of two units on the shelf of `sku`, sold, of which `shipped` have left. */
  const sold = async (sku: string, shipped: number) => {
    await product(sku, 2);
    const id = await order(`cs_${sku}`, sku, 2);
    await stock.hold(id, one(sku, 2));
    await stock.commit(id, one(sku, 2));
    await db.orderItem.updateMany({ where: { sessionId: id }, data: { shipped } });
    return id;
  };
  const back = (id: SessionId, items: Lines, condition: ReturnCondition = 'RESTOCK') =>
    db.orderReturn.create({
      data: { id: randomUUID(), key: randomUUID(), sessionId: id, items, condition, actor: 'staff', at },
    });

  test('counts its units on the line, and restocks them by movements of its own, unless they are written off', async () => {
    const id = await sold('came-back', 2);
    const { id: returned } = await back(id, one('came-back'));
    await back(id, one('came-back'), 'WRITE_OFF');
    expect(await db.orderItem.findFirst({ where: { sessionId: id } })).toMatchObject({ returned: 2, restocked: 0 });
    expect(await level('came-back')).toEqual({ onHand: 1, held: 0 });
    expect(await db.stockMovement.findMany({ where: { sku: 'came-back', kind: 'RETURN' } })).toMatchObject([
      { onHandDelta: 1, heldDelta: 0, reference: id, key: `return/${returned}/came-back` },
    ]);
  });

  test('brings back nothing that was not shipped, and no unit twice', async () => {
    const id = await sold('not-back', 1);
    await expect(back(id, one('not-back', 2))).rejects.toThrow(/returned_bounds/);
    await expect(back(id, [...one('not-back'), ...one('not-back')])).rejects.toThrow(/each once/);
    await expect(back(id, one('another'))).rejects.toThrow(/lines of its order/);
    await expect(back(id, [])).rejects.toThrow(/lines of its order/);
    await back(id, one('not-back'));
    await expect(back(id, one('not-back'))).rejects.toThrow(/returned_bounds/);
    // A refund restocks the unit that never left, not the one that came back.
    await inventory.restock(db, id, one('not-back'), 'refund/1', 'staff', at);
    await expect(inventory.restock(db, id, one('not-back'), 'refund/2', 'staff', at)).rejects.toThrow(
      /returned_bounds/,
    );
    expect(await level('not-back')).toEqual({ onHand: 2, held: 0 });
  });

  test('and a replacement owe what was bought and what is sent again, and only what was shipped is sent again', async () => {
    const id = await sold('again', 1);
    const line = { where: { sessionId_sku: { sessionId: id, sku: 'again' } } };
    await expect(db.orderItem.update({ ...line, data: { replaced: 2 } })).rejects.toThrow(/replaced_bounds/);
    await expect(db.orderItem.update({ ...line, data: { shipped: 3 } })).rejects.toThrow(/shipped_bounds/);
    await db.orderItem.update({ ...line, data: { replaced: 1, shipped: 3 } });
    await back(id, one('again', 3), 'WRITE_OFF');
    await expect(inventory.restock(db, id, one('again'), 'refund/1', 'staff', at)).rejects.toThrow(/returned_bounds/);
    await expect(db.orderItem.update({ ...line, data: { quantity: 0, replaced: 0 } })).rejects.toThrow(/_bounds/);
    await expect(db.orderItem.update({ ...line, data: { quantity: -1 } })).rejects.toThrow(/_bounds/);
  });

  test('is never changed', async () => {
    const id = await sold('kept', 1);
    await back(id, one('kept'));
    const where = { sessionId: id };
    await expect(db.orderReturn.updateMany({ where, data: { condition: 'WRITE_OFF' } })).rejects.toThrow(
      /never changed/,
    );
    await expect(db.orderReturn.deleteMany({ where })).rejects.toThrow(/never changed/);
  });
});

describe('an order', () => {
  test('moves only along its table, which the code and the database share', async () => {
    const rows = await db.orderTransition.findMany();
    const fromDatabase = new Set(rows.map(({ from, to }) => `${from}→${to}`));
    const fromCode = new Set(ORDER_STATUSES.flatMap((from) => TRANSITIONS[from].map((to) => `${from}→${to}`)));
    expect(fromDatabase).toEqual(fromCode);
    await order('cs_jump');
    await expect(db.order.update({ where: { sessionId: 'cs_jump' }, data: { status: 'SHIPPED' } })).rejects.toThrow(
      /may not move from PENDING to SHIPPED/,
    );
  });

  test('counts its changes', async () => {
    await order('cs_version');
    await db.order.update({ where: { sessionId: 'cs_version' }, data: { locale: 'de' } });
    expect((await db.order.findUniqueOrThrow({ where: { sessionId: 'cs_version' } })).version).toBe(2);
  });

  test('is one for each session', async () => {
    await order('cs_unique');
    await expect(order('cs_unique')).rejects.toThrow();
  });

  test('needs attention only at the steps that the code and the database share', async () => {
    const [{ definition }] = await db.$queryRaw<[{ definition: string }]>`
      SELECT pg_get_constraintdef(oid) AS definition FROM pg_constraint WHERE conname = 'orders_attention_step_known'`;
    const known = [...definition.matchAll(/'([^']+)'/g)].map(([, step]) => step);
    expect(known).toEqual(Object.keys(ATTENTION_STEPS));
  });

  test('carries a requested cancel with its reason, and a refusal only of a cancel', async () => {
    await order('cs_cancel');
    const update = (data: Prisma.OrderUpdateInput) => db.order.update({ where: { sessionId: 'cs_cancel' }, data });
    await expect(update({ cancelRequestedAt: at })).rejects.toThrow(/orders_cancel_whole/);
    await expect(update({ cancelRefusal: 'No.' })).rejects.toThrow(/orders_cancel_refusal/);
    await update({ cancelRequestedAt: at, cancelReason: 'other', cancelRefusal: 'No.' });
  });
});

describe('a refund', () => {
  test('carries a request key exactly when staff asked for it, and one key is one refund', async () => {
    await order('cs_asked');
    const refund = (key: string, origin: RefundOrigin, requestKey?: string) =>
      db.refund.create({
        data: {
          ...{ key, origin, sessionId: 'cs_asked', currency: 'eur', amount: 1, status: 'requested' },
          ...{ reason: 'other', actor: 'staff', createdAt: at, updatedAt: at, ...(requestKey && { requestKey }) },
        },
      });
    await expect(refund('none', 'STAFF')).rejects.toThrow(/refunds_staff_have_a_key/);
    await expect(refund('rest', 'COMPENSATION', 'k')).rejects.toThrow(/refunds_staff_have_a_key/);
    await refund('first', 'STAFF', 'k');
    await expect(refund('second', 'STAFF', 'k')).rejects.toThrow(/Unique constraint/);
    await refund('all', 'COMPENSATION');
  });
});
