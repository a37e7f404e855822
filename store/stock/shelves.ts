import { sha256 } from '../../platform/sha256';
import type { Db, Tx } from '../database';
import { sqlState } from '../errors';

/** Gives a physical product its shelf, empty. Safe to repeat. */
export async function openShelf(tx: Tx, { sku }: { sku: string }): Promise<void> {
  await tx.stockLevel.createMany({ data: [{ sku }], skipDuplicates: true });
}

/** Takes away the shelf of a product that is no longer physical; it must never have had a movement. */
export async function closeShelf(tx: Tx, { sku }: { sku: string }): Promise<void> {
  await tx.stockLevel.deleteMany({ where: { sku } });
}

export const hasMovements = async (tx: Tx, { sku }: { sku: string }): Promise<boolean> =>
  (await tx.stockMovement.findFirst({ where: { sku }, select: { id: true } })) !== null;

export interface StockChange {
  sku: string;
  /** What came (positive) or went. */
  delta: number;
  /** Why, in the words of the person who counted. */
  reason: string;
  actor: string;
}

/** Writes a movement of what is on hand; a trigger in the database adds it up. */
export async function moveStock(
  tx: Db | Tx,
  { sku, delta, reason, actor, at, ...under }: StockChange & { at: Date; key?: string; keyHash?: string },
): Promise<void> {
  await tx.stockMovement.create({
    data: { sku, at, kind: 'ADJUST', onHandDelta: delta, heldDelta: 0, reference: reason, actor, ...under },
  });
}

/** `too-few`: less would be on hand than unpaid orders hold. `too-many`: more than can be counted. */
export type Adjusted = 'adjusted' | 'key-reused' | 'too-few' | 'too-many';

/**
 * Changes what is on hand; the database refuses to take what unpaid orders hold.
 * @param key the caller's Idempotency-Key: the same change again is done once, another change is `key-reused`
 */
export async function adjustStock(
  db: Db,
  { key, ...change }: StockChange & { at: Date; key: string | null },
): Promise<Adjusted> {
  const { sku, delta, reason } = change;
  const under = key === null ? null : { key: `adjust/${hash(sku, key)}`, keyHash: hash(delta, reason) };
  return refusable(db, under, () => moveStock(db, { ...change, ...under }));
}

/**
 * Makes what is on hand what was counted, by a movement of the difference, which is read under the row's lock. A count
 * that is right is a movement of nothing: a repeat under its key must not become another one when stock has moved.
 */
export async function countStock(
  db: Db,
  { sku, count, reason, key, ...who }: Omit<StockChange, 'delta'> & { count: number; at: Date; key: string | null },
): Promise<Adjusted> {
  const under = key === null ? null : { key: `adjust/${hash(sku, key)}`, keyHash: hash('count', count, reason) };
  return refusable(db, under, () =>
    db.$transaction(async (tx) => {
      const [level] = await tx.$queryRaw<{ onHand: number }[]>`
        SELECT on_hand AS "onHand" FROM stock_levels WHERE sku = ${sku} FOR UPDATE`;
      if (level) await moveStock(tx, { sku, delta: count - level.onHand, reason, ...who, ...under });
    }),
  );
}

/** Whether a count was made under a key before. */
export async function isCounted(db: Db, { sku, key }: { sku: string; key: string }): Promise<boolean> {
  const where = { key: `adjust/${hash(sku, key)}` };
  return (await db.stockMovement.findUnique({ where, select: { id: true } })) !== null;
}

/** Moves stock, and says why the database refuses it, or whether the same key has moved it before. */
async function refusable(
  db: Db,
  under: { key: string; keyHash: string } | null,
  move: () => Promise<void>,
): Promise<Adjusted> {
  try {
    await move();
    return 'adjusted';
  } catch (error) {
    const earlier = under && (await db.stockMovement.findUnique({ where: { key: under.key } }));
    if (earlier) return earlier.keyHash === under.keyHash ? 'adjusted' : 'key-reused';
    const refusal = REFUSALS[sqlState(error) ?? ''];
    if (refusal) return refusal;
    throw error;
  }
}

export interface StockMovement {
  at: Date;
  kind: 'adjust' | 'hold' | 'release' | 'commit' | 'take' | 'restock' | 'return';
  onHandDelta: number;
  heldDelta: number;
  /** The session id of an order, or the reason staff gave. */
  reference: string;
  actor: string;
}

export interface Shelf {
  onHand: number;
  held: number;
  /** Staff are told when fewer than this are on hand; null: they are not. */
  lowStockAt: number | null;
  /** The latest, newest first. */
  movements: StockMovement[];
}

/** The shelf of a physical product and its last movements, both as of one moment. */
export async function readShelf(db: Db, { sku, movements }: { sku: string; movements: number }): Promise<Shelf> {
  const [{ onHand, held, warning }, rows] = await db.$transaction(
    [
      db.stockLevel.findUniqueOrThrow({ where: { sku }, include: { warning: true } }),
      db.stockMovement.findMany({ where: { sku }, orderBy: { id: 'desc' }, take: movements }),
    ],
    { isolationLevel: 'RepeatableRead' },
  );
  return {
    onHand,
    held,
    lowStockAt: warning?.below ?? null,
    movements: rows.map(({ at, kind, onHandDelta, heldDelta, reference, actor }) => ({
      ...{ at, onHandDelta, heldDelta, reference, actor },
      kind: KINDS[kind],
    })),
  };
}

const KINDS = {
  ADJUST: 'adjust',
  HOLD: 'hold',
  RELEASE: 'release',
  COMMIT: 'commit',
  TAKE: 'take',
  RESTOCK: 'restock',
  RETURN: 'return',
} as const;

/** By PostgreSQL's SQLSTATE. */
const REFUSALS: Record<string, Adjusted> = {
  // check_violation: 0 <= held <= on_hand
  '23514': 'too-few',
  // numeric_value_out_of_range
  '22003': 'too-many',
};

const hash = (...parts: unknown[]): string => sha256(JSON.stringify(parts));
