import type { SessionId } from '../../domain/ids';
import type { Db } from '../database';

export interface StraySession {
  session: SessionId;
  amount: number | null;
  currency: string | null;
  /** Why the session is not ours: a line matches no product, or the session is a subscription or a setup. */
  kind: 'UNKNOWN_LINES' | 'OTHER_MODE';
  /** The same as a sentence for staff. */
  reason: string;
  at: Date;
}

/** Records a complete session that is not ours to fulfil. Returns false if it was already recorded. */
export async function writeStray(db: Db, { session, at, ...stray }: StraySession): Promise<boolean> {
  const { count } = await db.straySession.createMany({
    data: [{ sessionId: session, ...stray, seenAt: at }],
    skipDuplicates: true,
  });
  return count === 1;
}

/** Whether a session is recorded as not ours. */
export const isStray = async (db: Db, session: SessionId): Promise<boolean> =>
  (await db.straySession.count({ where: { sessionId: session } })) > 0;
