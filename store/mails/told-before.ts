import type { SessionId } from '../../domain/ids';
import type { Db } from '../database';

/** Whether a mail of this key about an order was written before a time. */
export async function wasWrittenBefore(
  db: Db,
  { sessionId, key, before }: { sessionId: SessionId; key: string; before: Date },
): Promise<boolean> {
  return (await db.mail.count({ where: { sessionId, key, createdAt: { lt: before } } })) > 0;
}
