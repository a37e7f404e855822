import { z } from 'zod';
import { isSessionId } from '../../domain/ids';
import type { OrderPosition } from '../../store/orders/list';
import { invalid } from './parse';
import { orNull } from './schemas';

/** Pages of lists, newest first. A cursor is the position of the last row that was shown. */

export const Cursor = z.string().max(400).optional().meta({ description: '`nextCursor` of the page before.' });
export const NextCursor = orNull(z.string()).meta({ description: 'The cursor of the next page; null on the last.' });

/** The position in a cursor; null without one. Throws `400 invalid_request` for any other text. */
export function positionIn(cursor: string | undefined): OrderPosition | null {
  const place = placeIn(cursor, isSessionId);
  return place && { createdAt: place.at, sessionId: place.id };
}

/** The first `most` of these orders, of which one more was read, and the cursor of what follows. */
export const pageOf = <T extends OrderPosition>(orders: T[], most: number): Page<T> =>
  firstOf(orders, most, ({ createdAt, sessionId }) => ({ at: createdAt, id: sessionId }));

interface Page<T> {
  shown: T[];
  nextCursor: string | null;
}

/** A place in any list that is sorted by a time and, among equals, an id without spaces. */
interface Place<Id extends string = string> {
  at: Date;
  id: Id;
}

/** As `positionIn`, of any such list. */
export function placeIn<Id extends string>(
  cursor: string | undefined,
  isId: (given: string) => given is Id,
): Place<Id> | null {
  if (!cursor) return null;
  const [time = '', id = ''] = Buffer.from(cursor, 'base64url').toString().split(' ');
  const at = new Date(/^\d{1,16}$/.test(time) ? Number(time) : Number.NaN);
  if (Number.isNaN(at.getTime()) || !isId(id))
    throw invalid([{ path: 'cursor', message: 'is not a cursor from this API' }]);
  return { at, id };
}

/** As `pageOf`, of any such list. */
export function firstOf<T>(rows: T[], most: number, placeOf: (row: T) => Place): Page<T> {
  const shown = rows.slice(0, most);
  const last = shown.at(-1);
  return { shown, nextCursor: last !== undefined && rows.length > most ? cursorAt(placeOf(last)) : null };
}

const cursorAt = ({ at, id }: Place): string => Buffer.from(`${at.getTime()} ${id}`).toString('base64url');
