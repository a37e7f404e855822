import type { Db } from '../database';

/** A thing that a sweep had to skip, because it failed for a reason of its own. */
export interface Skip {
  /** Stripe's id. */
  reference: string;
  /** A sentence without personal data. */
  reason: string;
}

/** Records that a sweep had to skip something. */
export async function noteSkip(db: Db, { reference, reason, at }: Skip & { at: Date }): Promise<void> {
  await db.sweepSkip.upsert({
    where: { reference },
    create: { reference, reason, since: at, lastSeenAt: at },
    update: { reason, lastSeenAt: at },
  });
}

/** Everything that is still skipped, oldest first, at most `limit`. */
export const readSkips = (db: Pick<Db, 'sweepSkip'>, limit: number): Promise<Skip[]> =>
  db.sweepSkip.findMany({
    orderBy: [{ since: 'asc' }, { reference: 'asc' }],
    take: limit,
    select: { reference: true, reason: true },
  });

/** Forgets what was skipped: it was handled since, or no sweep has found it again since a time. */
export async function forgetSkips(db: Pick<Db, 'sweepSkip'>, { before }: { before: Date }): Promise<void> {
  await db.sweepSkip.deleteMany({ where: { lastSeenAt: { lt: before } } });
}
