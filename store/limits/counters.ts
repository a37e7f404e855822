import type { Db } from '../database';

export interface Count {
  hits: number;
  /** When the counter starts again at nothing. */
  resetAt: Date;
}

/** Adds one to a counter that starts again every `windowMs`. One statement, correct also when many ask at once. */
export async function count(
  db: Db,
  { key, windowMs, at }: { key: string; windowMs: number; at: Date },
): Promise<Count> {
  const end = new Date(at.getTime() + windowMs);
  const [row] = await db.$queryRaw<[{ hits: number; reset_at: Date }]>`
    INSERT INTO rate_limits AS r (key, hits, reset_at) VALUES (${key}, 1, ${end})
    ON CONFLICT (key) DO UPDATE SET
      hits = CASE WHEN r.reset_at <= ${at} THEN 1 ELSE r.hits + 1 END,
      reset_at = CASE WHEN r.reset_at <= ${at} THEN excluded.reset_at ELSE r.reset_at END
    RETURNING hits, reset_at`;
  return { hits: row.hits, resetAt: row.reset_at };
}

/** Takes one back. */
export async function uncount(db: Db, { key }: { key: string }): Promise<void> {
  await db.rateLimit.updateMany({ where: { key, hits: { gt: 0 } }, data: { hits: { decrement: 1 } } });
}

export async function resetCount(db: Db, { key }: { key: string }): Promise<void> {
  await db.rateLimit.deleteMany({ where: { key } });
}

/** Removes counters whose window is over. */
export async function removeOldCounts(db: Db, { at }: { at: Date }): Promise<void> {
  await db.rateLimit.deleteMany({ where: { resetAt: { lt: at } } });
}
