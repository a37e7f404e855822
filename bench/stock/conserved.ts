import { Prisma } from '../../prisma/generated/client';
import type { Db } from '../../store/database';

/**
 * Checks the stock of all goods whose SKU begins with `prefix`: never more held than there is, level and movements
 * agree, and so do level and holds.
 * @param expected the units that are held and sold now, of all these goods together
 * @throws with the first goods that do not add up
 */
export async function requireConserved(
  db: Db,
  prefix: string,
  expected: { held: number; sold: number },
): Promise<void> {
  const rows = await db.$queryRaw<Shelf[]>`${SHELVES} WHERE s.sku LIKE ${`${prefix}%`}`;
  const wrong = rows.filter(
    ({ onHand, held, movedOnHand, movedHeld, delivered, active, sold }) =>
      held < 0 ||
      held > onHand ||
      onHand !== movedOnHand ||
      held !== movedHeld ||
      held !== active ||
      onHand !== delivered - sold,
  );
  if (wrong.length > 0)
    throw new Error(`the stock of ${wrong.length} goods does not add up: ${JSON.stringify(wrong.slice(0, 3))}`);
  const total = (of: 'active' | 'sold') => rows.reduce((sum, row) => sum + row[of], 0);
  if (total('active') !== expected.held || total('sold') !== expected.sold)
    throw new Error(
      `${total('active')} units are held and ${total('sold')} sold, instead of ${expected.held} and ${expected.sold}`,
    );
}

interface Shelf {
  sku: string;
  onHand: number;
  held: number;
  /** The sums of its movements. */
  movedOnHand: number;
  movedHeld: number;
  delivered: number;
  /** The units in holds that are active, and in those that were committed. */
  active: number;
  sold: number;
}

const SHELVES = Prisma.sql`
  SELECT s.sku, s.on_hand AS "onHand", s.held, m.on_hand AS "movedOnHand", m.held AS "movedHeld", m.delivered,
    coalesce(h.active, 0) AS active, coalesce(h.sold, 0) AS sold
  FROM stock_levels s
  LEFT JOIN (SELECT sku, sum(on_hand_delta)::int AS on_hand, sum(held_delta)::int AS held,
      (sum(on_hand_delta) FILTER (WHERE kind = 'ADJUST'))::int AS delivered
    FROM stock_movements GROUP BY sku) m USING (sku)
  LEFT JOIN (SELECT sku, (sum(quantity) FILTER (WHERE state = 'ACTIVE'))::int AS active,
      (sum(quantity) FILTER (WHERE state = 'COMMITTED'))::int AS sold
    FROM holds GROUP BY sku) h USING (sku)`;
