import type { SessionId } from '../../domain/ids';
import type { Db, Tx } from '../database';

/**
 * Ends the key of the timeline's entry about what staff decided, so that their request is known to be carried out. A
 * task of the workflow may be done again.
 * @param by the key of their request; undefined if it has none
 */
export const markOf = (by: string | undefined): string => (by === undefined ? '' : `#${by}`);

/** Whether a request of staff to `resolve` or `retry` is carried out. @param by its key */
export const isCarriedOut = async (db: Db | Tx, sessionId: SessionId, by: string | undefined): Promise<boolean> =>
  by !== undefined &&
  (await db.timelineEntry.count({
    where: { sessionId, type: { in: ['resolved', 'decided', 'accepted'] }, key: { endsWith: markOf(by) } },
  })) > 0;
