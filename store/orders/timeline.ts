import type { SessionId } from '../../domain/ids';
import type { Db } from '../database';

/** Whether an entry with this key is on the order's timeline. */
export const hasTimelineEntry = async (
  db: Db,
  { sessionId, key }: { sessionId: SessionId; key: string },
): Promise<boolean> => (await db.timelineEntry.count({ where: { sessionId, key } })) > 0;

/**
 * Records that the shopper of an unpaid order has left without paying, so that it outlives the run that is told. Does
 * nothing if there is no order yet.
 */
export async function noteLeft(db: Db, { sessionId, at }: { sessionId: SessionId; at: Date }): Promise<void> {
  await db.$executeRaw`
    INSERT INTO timeline (session_id, at, type, message, actor, key)
      SELECT session_id, ${at}, 'left', 'The shopper came back without paying', 'shopper', 'left' FROM orders
      WHERE session_id = ${sessionId} AND status = 'PENDING'
      ON CONFLICT (session_id, key) DO NOTHING`;
}

/**
 * Records a remark by staff about a request: `message` names the request, `note` is their free text. Repeating the same
 * key changes nothing.
 */
export async function addNote(
  db: Db,
  {
    sessionId,
    at,
    ...remark
  }: { sessionId: SessionId; key: string; message: string; note: string; actor: string; at: Date },
): Promise<void> {
  await db.timelineEntry.createMany({
    data: [{ sessionId, at, type: 'note', ...remark }],
    skipDuplicates: true,
  });
}
