import { z } from 'zod';
import { isSessionId } from '../../domain/ids';
import type { OrderPosition } from '../../store/orders/list';
import { invalid } from './parse';
import { orNull } from './schemas';

/** Pages of orders, newest first. A cursor is the position of the last order that was shown. */

export const Cursor = z.string().max(400).optional().meta({ description: '`nextCursor` of the page before.' });
export const NextCursor = orNull(z.string()).meta({ description: 'The cursor of the next page; null on the last.' });

/** The position in a cursor; null without one. Throws `400 invalid_request` for any other text. */
export function positionIn(cursor: string | undefined): OrderPosition | null {
  if (!cursor) return null;
  const [time = '', id = ''] = Buffer.from(cursor, 'base64url').toString().split(' ');
  const createdAt = new Date(/^\d{1,16}$/.test(time) ? Number(time) : Number.NaN);
  if (Number.isNaN(createdAt.getTime()) || !isSessionId(id))
    throw invalid([{ path: 'cursor', message: 'is not a cursor from this API' }]);
  return { createdAt, sessionId: id };
}

/** The first `most` of these orders, of which one more was read, and the cursor of what follows. */
export function pageOf<T extends OrderPosition>(orders: T[], most: number): { shown: T[]; nextCursor: string | null } {
  const shown = orders.slice(0, most);
  const last = shown.at(-1);
  return { shown, nextCursor: last && orders.length > most ? cursorAt(last) : null };
}

const cursorAt = ({ createdAt, sessionId }: OrderPosition): string =>
  Buffer.from(`${createdAt.getTime()} ${sessionId}`).toString('base64url');
