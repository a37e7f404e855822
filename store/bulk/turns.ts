import type { Moved } from '../../domain/bulk';
import type { SessionId } from '../../domain/ids';
import type { Db } from '../database';

/** The order whose turn it is. */
export interface Turn {
  sessionId: SessionId;
  /** An attempt that was not recorded to its end has sent something to the order's workflow already. */
  hasBegun: boolean;
}

/** The order of a bulk whose turn is next; null if there is none. */
export async function nextTurn(db: Db, id: string): Promise<Turn | null> {
  const row = await db.bulkOrder.findFirst({
    where: { bulkId: id, outcome: null },
    orderBy: { position: 'asc' },
    select: { sessionId: true, begunAt: true },
  });
  return row && { sessionId: row.sessionId as SessionId, hasBegun: row.begunAt !== null };
}

/** Records that an order of a bulk is about to be moved. Safe to repeat. */
export async function beginTurn(
  db: Db,
  { id, sessionId, at }: { id: string; sessionId: SessionId; at: Date },
): Promise<void> {
  await db.bulkOrder.updateMany({ where: { bulkId: id, sessionId, begunAt: null }, data: { begunAt: at } });
}

/** Records what became of an order of a bulk. Safe to repeat: what was recorded first counts. */
export async function endTurn(
  db: Db,
  { id, sessionId, moved }: { id: string; sessionId: SessionId; moved: Moved },
): Promise<void> {
  await db.bulkOrder.updateMany({ where: { bulkId: id, sessionId, outcome: null }, data: moved });
}
