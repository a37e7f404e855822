import type { SessionId } from '../../domain/ids';
import type { Db } from '../database';

/** Whether an entry with this key is on the order's timeline. */
export const hasTimelineEntry = async (
  db: Db,
  { sessionId, key }: { sessionId: SessionId; key: string },
): Promise<boolean> => (await db.timelineEntry.count({ where: { sessionId, key } })) > 0;

/**
 * Records that an unpaid order is given up, so that it outlives the run that is told: its shopper has left without
 * paying, or an agent was told no. Does nothing if there is no order yet.
 */
export async function noteLeft(
  db: Db,
  { sessionId, at, who }: { sessionId: SessionId; at: Date; who: 'shopper' | 'agent' },
): Promise<void> {
  const { message, actor } = LEFT[who];
  await db.$executeRaw`
    INSERT INTO timeline (session_id, at, type, message, actor, key)
      SELECT session_id, ${at}, 'left', ${message}, ${actor}, 'left' FROM orders
      WHERE session_id = ${sessionId} AND status = 'PENDING'
      ON CONFLICT (session_id, key) DO NOTHING`;
}

const LEFT = {
  shopper: { message: 'The shopper came back without paying', actor: 'shopper' },
  agent: { message: 'An agent’s purchase was declined: its stock was not held in time', actor: 'holdfast' },
};

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
