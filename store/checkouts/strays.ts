import type { SessionId } from '../../domain/ids';
import type { Db } from '../database';

export interface StraySession {
  session: SessionId;
  amount: number | null;
  currency: string | null;
  reason: string;
  at: Date;
}

/** Notes a complete session that is not ours to fulfil. False when it was noted before. */
export async function writeStray(db: Db, { session, amount, currency, reason, at }: StraySession): Promise<boolean> {
  const { count } = await db.straySession.createMany({
    data: [{ sessionId: session, amount, currency, reason, seenAt: at }],
    skipDuplicates: true,
  });
  return count === 1;
}

/** Whether a session was found not to be ours. */
export const isStray = async (db: Db, session: SessionId): Promise<boolean> =>
  (await db.straySession.count({ where: { sessionId: session } })) > 0;
