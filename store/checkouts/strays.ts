import type { SessionId } from '../../domain/ids';
import type { Db } from '../database';

export interface StraySession {
  session: SessionId;
  amount: number | null;
  currency: string | null;
  /**
   * Why the session is not ours: a line matches no product, the session is a subscription or a setup, or another
   * installation made it. Only the first is captured money that somebody here may miss, so only it is reported.
   */
  kind: 'UNKNOWN_LINES' | 'OTHER_MODE' | 'OTHER_INSTALLATION';
  /** The same as a sentence for staff. */
  reason: string;
  at: Date;
}

/** Records a complete session that is not ours to fulfil. Returns false if it was already recorded. */
export async function writeStray(db: Db, { session, at, ...stray }: StraySession): Promise<boolean> {
  const { count } = await db.straySession.createMany({
    data: [{ sessionId: session, ...stray, seenAt: at, reportedAt: stray.kind === 'UNKNOWN_LINES' ? null : at }],
    skipDuplicates: true,
  });
  return count === 1;
}

/** Whether a session is recorded as not ours. */
export const isStray = async (db: Db, session: SessionId): Promise<boolean> =>
  (await db.straySession.count({ where: { sessionId: session } })) > 0;

/** Removes sessions that were recorded and reported before a time. */
export async function removeOldStrays(db: Db, { before }: { before: Date }): Promise<void> {
  await db.straySession.deleteMany({ where: { seenAt: { lt: before }, reportedAt: { not: null } } });
}
