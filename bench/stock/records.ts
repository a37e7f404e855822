import { randomUUID } from 'node:crypto';
import { type SessionId, sessionId } from '../../domain/ids';
import type { Db } from '../../store/database';

const PRICE = 1250;
const HOLD_MS = 3_600_000;

/** Puts goods on the shelf, this many units of each. */
export async function stockUp(db: Db, skus: string[], units: number): Promise<void> {
  const at = new Date();
  await db.product.createMany({
    data: skus.map((sku) => ({ sku, name: `The ${sku}`, kind: 'PHYSICAL', createdAt: at, updatedAt: at })),
  });
  await db.stockLevel.createMany({ data: skus.map((sku) => ({ sku })) });
  await db.stockMovement.createMany({
    data: skus.map((sku) => ({
      ...{ sku, at, kind: 'ADJUST' as const, onHandDelta: units, heldDelta: 0, reference: 'delivery', actor: 'staff' },
    })),
  });
}

let written = 0;

/**
 * Writes checkouts as the API does before it asks Temporal for their orders, one of each SKU that `skusOf` names.
 * Returns their sessions.
 */
export async function writeCheckouts(db: Db, count: number, skusOf: () => string[]): Promise<SessionId[]> {
  const at = new Date();
  const sessions = Array.from({ length: count }, () => sessionId(`cs_test_stock${process.pid}_${++written}`));
  await db.checkout.createMany({
    data: sessions.map((session) => {
      const lines = skusOf().map((sku) => ({
        ...{ sku, name: `The ${sku}`, kind: 'PHYSICAL', quantity: 1, unitAmount: PRICE, total: PRICE },
        ...{ stripePriceId: null, minimum: null },
      }));
      return {
        ...{ id: randomUUID(), number: session, origin: 'CHECKOUT', currency: 'eur', sessionId: session },
        ...{ subtotal: PRICE * lines.length, lines, request: {}, createdAt: at },
        holdUntil: new Date(at.getTime() + HOLD_MS),
      };
    }),
  });
  return sessions;
}

/**
 * Three different SKUs each time, in any order, the same ones in every run: the next of a linear congruential
 * generator (Numerical Recipes).
 */
export function threeOf(skus: string[]): () => string[] {
  let state = 1;
  const next = () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return skus[Math.floor((state / 2 ** 32) * skus.length)] as string;
  };
  return () => {
    const chosen = new Set<string>();
    while (chosen.size < 3) chosen.add(next());
    return [...chosen];
  };
}
