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
  /** The number in its metadata, where it was made here, and the database was restored to before it. */
  number: string | null;
  currency: string;
  subtotal: number;
  lines: CheckoutLine[];
  userId: string | null;
  locale: string | null;
  /** The end of its hold. A session that is complete already is sold at once, so it needs none. */
  holdUntil: Date;
  at: Date;
}

/**
 * Records a session made elsewhere as a checkout, from which its order is opened. It keeps its number if no other
 * checkout has it, else it gets a new one. Safe to repeat.
 */
export async function writeSessionElsewhere(
  db: Db,
  { session, number, currency, subtotal, lines, userId, locale, holdUntil, at }: SessionElsewhere,
): Promise<void> {
  const request = { metadata: { ...(userId && { userId }) }, ...(locale && { locale }) };
  const given = number !== null && OUR_NUMBER.test(number) ? number : null;
  await db.$executeRaw`
    INSERT INTO checkouts (id, number, origin, currency, subtotal, lines, request, hold_until, session_id, created_at)
    SELECT ${randomUUID()}::uuid, coalesce(
        (SELECT ${given}::text WHERE NOT EXISTS (SELECT 1 FROM checkouts WHERE number = ${given})), next_order_number()),
      'ELSEWHERE', ${currency}, ${subtotal}, ${JSON.stringify(lines)}::jsonb, ${JSON.stringify(request)}::jsonb,
      ${holdUntil}, ${session}, ${at}
    WHERE NOT EXISTS (SELECT 1 FROM checkouts WHERE session_id = ${session})
    ON CONFLICT (session_id) DO NOTHING`;
}

/** As the database gives them. Metadata can be changed at Stripe. */
const OUR_NUMBER = /^[1-9]\d{0,14}$/;
