import { type SessionId, sessionId } from '../../domain/ids';
import type { Db } from '../database';

/** Whether a session was made here after a time, in a currency; with a shipping rate, one that offers it. */
export const hasOpenedSince = async (
  db: Db,
  { currency, shippingRate, since }: { currency: string; shippingRate: string | null; since: Date },
): Promise<boolean> =>
  (await db.checkout.findFirst({
    where: {
      ...{ origin: 'CHECKOUT', sessionId: { not: null }, currency, createdAt: { gt: since } },
      ...(shippingRate !== null && {
        request: { path: ['shipping_options'], array_contains: [{ shipping_rate: shippingRate }] },
      }),
    },
    select: { id: true },
  })) !== null;

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
