import type { Db, Tx } from '../database';

/**
 * What a mark is of: `last` and `last-wide` of sweeps, `attempts-forgotten` of checkouts that never became an order.
 */
type MarkName = 'last' | 'last-wide' | 'attempts-forgotten';

/** Everything before this time is done; null until something is. */
export async function readMark(db: Db, name: MarkName): Promise<Date | null> {
  const mark = await db.sweepMark.findUnique({ where: { name } });
  return mark?.at ?? null;
}

/** Moves a mark. It never goes back: a trigger keeps the later time. */
export async function moveMark(db: Db | Tx, { name, at }: { name: MarkName; at: Date }): Promise<void> {
  await db.sweepMark.upsert({ where: { name }, create: { name, at }, update: { at } });
}
