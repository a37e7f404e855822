import { randomUUID } from 'node:crypto';
import type { SessionId } from '../../domain/ids';
import type { CheckoutLine } from '../../domain/session';
import type { Db } from '../database';

/**
 * Links a session to the checkout that it was created for, if the process died before it recorded the session's id.
 * Returns false if the checkout belongs to another session (a recovered copy has our metadata too) or no longer exists.
 */
export async function adoptSession(
  db: Db,
  { checkoutId, session }: { checkoutId: string; session: SessionId },
): Promise<boolean> {
  const { count } = await db.checkout.updateMany({
    where: { id: checkoutId, OR: [{ sessionId: null }, { sessionId: session }] },
    data: { sessionId: session },
  });
  return count === 1;
}

export interface SessionElsewhere {
  session: SessionId;
  currency: string;
  subtotal: number;
  lines: CheckoutLine[];
  userId: string | null;
  locale: string | null;
  /** The end of its hold. A session that is complete already is sold at once, so it needs none. */
  holdUntil: Date;
  at: Date;
}

/** Records a session made elsewhere as a checkout with a new number, from which its order is opened. Safe to repeat. */
export async function writeSessionElsewhere(
  db: Db,
  { session, currency, subtotal, lines, userId, locale, holdUntil, at }: SessionElsewhere,
): Promise<void> {
  const request = { metadata: { ...(userId && { userId }) }, ...(locale && { locale }) };
  await db.$executeRaw`
    INSERT INTO checkouts (id, number, origin, currency, subtotal, lines, request, hold_until, session_id, created_at)
    VALUES (${randomUUID()}::uuid, nextval('order_number_seq')::text, 'ELSEWHERE', ${currency}, ${subtotal},
      ${JSON.stringify(lines)}::jsonb, ${JSON.stringify(request)}::jsonb, ${holdUntil}, ${session}, ${at})
    ON CONFLICT DO NOTHING`;
}
