import fc from 'fast-check';
import type { SessionId } from '../../domain/ids';
import { givenBack, takenAgain, unshipped, withCustomer } from '../../domain/parcel';
import type { Db } from '../../store/database';
import { withDatabase } from '../support/database';
import { goods, STOCK } from './goods';

/** Where the units of an order are, counted beside the database: whatever comes in whatever order, both agree. */

let db: Db;
withDatabase(5, (opened) => {
  db = opened;
});
const { order, back, again, ship, refund, refundRest, failLast, onHand } = goods(() => db);

const what = fc.constantFrom(
  ...(['ship', 'ship', 'shipAll', 'return', 'replace', 'restock', 'restock', 'rest', 'rest', 'fail', 'fail'] as const),
);
const step = fc.record({
  what,
  sku: fc.constantFrom('mug' as const, 'mug' as const, 'lamp' as const, 'cup' as const),
  other: fc.boolean(),
  quantity: fc.integer({ min: 1, max: 2 }),
  condition: fc.constantFrom('restock' as const, 'write_off' as const),
});
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;
type Name = Step['sku'];

/** Units of one SKU. `undone`: in stock with all of the money, and taken again if the money comes back. */
interface Units {
  stock: number;
  toShip: number;
  undone: number;
  out: number;
}

test('units of an order are in stock, to be sent, with the customer or written off, each once', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 14 }), async (steps) => {
      const { sessionId, ...skus } = await order({ mug: 1 });
      const units: Record<Name, Units> = {
        mug: { stock: STOCK - 3, toShip: 2, undone: 0, out: 1 },
        lamp: { stock: STOCK - 2, toShip: 2, undone: 0, out: 0 },
        cup: { stock: STOCK, toShip: 0, undone: 0, out: 0 },
      };
      for (const one of steps) {
        await take(sessionId, skus, units, one);
        await expectAgreement(sessionId, skus, units);
      }
    }),
    { numRuns: 30 },
  );
}, 120_000);

async function take(
  sessionId: SessionId,
  skus: Record<Name, string>,
  all: Record<Name, Units>,
  { what, sku: name, other, quantity, condition }: Step,
): Promise<void> {
  const units = all[name];
  const before = await db.order.findUniqueOrThrow({ where: { sessionId } });
  switch (what) {
    case 'ship':
    case 'shipAll': {
      const shipped = await (what === 'ship' ? ship(sessionId, skus[name], quantity) : ship(sessionId));
      // Whatever is to be sent can be.
      if (what === 'shipAll' && before.status === 'PREPARING') expect(shipped).toMatchObject({ outcome: 'shipped' });
      if (shipped.outcome === 'refused') return;
      for (const one of Object.values(all)) {
        one.stock -= one.undone;
        one.toShip += one.undone;
        one.undone = 0;
        const sent = what === 'shipAll' ? one.toShip : one === units ? quantity : 0;
        one.toShip -= sent;
        one.out += sent;
      }
      return;
    }
    case 'return': {
      const { outcome } = await back(sessionId, skus[name], quantity, { condition });
      if (outcome !== 'recorded') return;
      units.out -= quantity;
      if (condition === 'restock') units.stock += quantity;
      return;
    }
    case 'replace': {
      const instead = other && name !== 'cup';
      const { outcome } = await again(sessionId, skus[name], quantity, { with: instead ? skus.cup : undefined });
      if (outcome !== 'recorded') return;
      const exchanged = instead ? Math.min(quantity, units.toShip) : 0;
      units.toShip -= exchanged;
      units.stock += exchanged;
      const sent = instead ? all.cup : units;
      sent.toShip += quantity;
      sent.stock -= quantity;
      return;
    }
    case 'restock': {
      if ((await refund(sessionId, 100, [{ sku: skus[name], quantity }])) === 'refused') return;
      const calledOff = Math.min(quantity, units.toShip);
      units.toShip -= calledOff;
      units.out -= quantity - calledOff;
      units.stock += quantity;
      break;
    }
    case 'rest':
      await refundRest(sessionId);
      break;
    case 'fail':
      await failLast(sessionId);
  }
  const { status } = await db.order.findUniqueOrThrow({ where: { sessionId } });
  if (status !== 'REFUNDED' || before.status === 'REFUNDED') return;
  for (const one of Object.values(all)) {
    one.undone += one.toShip;
    one.stock += one.toShip;
    one.toShip = 0;
  }
}

async function expectAgreement(
  sessionId: SessionId,
  skus: Record<Name, string>,
  all: Record<Name, Units>,
): Promise<void> {
  const { status, stock, items } = await db.order.findUniqueOrThrow({ where: { sessionId }, include: { items: true } });
  const wentBack = stock === 'RETURNED';
  const quantityOf = (lines: { sku: string; quantity: number }[], sku: string) =>
    lines.find((line) => line.sku === sku)?.quantity ?? 0;
  for (const [name, units] of Object.entries(all) as [Name, Units][]) {
    const sku = skus[name];
    const inDatabase: Units = {
      stock: await onHand(sku),
      toShip: quantityOf(unshipped(items), sku),
      undone: quantityOf(givenBack(items), sku),
      out: quantityOf(withCustomer(items), sku),
    };
    expect([name, inDatabase]).toEqual([name, units]);
    expect(Math.min(...Object.values(units))).toBeGreaterThanOrEqual(0);
    if (wentBack) expect(quantityOf(unshipped(takenAgain(items)), sku)).toBe(units.undone);
  }
  const waiting = Object.values(all).reduce((sum, { toShip, undone }) => sum + toShip + undone, 0);
  if (status === 'PREPARING') expect(waiting).toBeGreaterThan(0);
  // Only these are told to take their stock again: `ship` is allowed in the one, and the other may become the one.
  if (wentBack) expect(['PREPARING', 'REFUNDED']).toContain(status);
}
