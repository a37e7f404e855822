import { type SessionId, sessionId } from '../../domain/ids';
import type { Db } from '../database';

/** The latest sessions that were made by this installation's own checkout, newest first. */
export async function latestSessions(
  db: Db,
  { since, limit }: { since: Date | null; limit: number },
): Promise<SessionId[]> {
  const rows = await db.checkout.findMany({
    where: { origin: 'CHECKOUT', sessionId: { not: null }, ...(since && { createdAt: { gte: since } }) },
    orderBy: { createdAt: 'desc' },
    take: limit,
    select: { sessionId: true },
  });
  return rows.flatMap((row) => (row.sessionId === null ? [] : [sessionId(row.sessionId)]));
}
