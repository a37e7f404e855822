import type { SessionId } from '../../domain/ids';
import type { Db } from '../database';

/** What was in an expired cart, and for whom, as far as that has not been erased. */
export interface RecoverableCart {
  items: { sku: string; quantity: number }[];
  currency: string;
  email: string | null;
  userId: string | null;
  locale: string | null;
}

/** The cart of an expired order whose recovery link still works; null for any other order. */
export async function findRecoverableCart(
  db: Db,
  { sessionId, at }: { sessionId: SessionId; at: Date },
): Promise<RecoverableCart | null> {
  const order = await db.order.findUnique({
    where: { sessionId, status: 'EXPIRED', recoverableUntil: { gt: at } },
    select: {
      currency: true,
      locale: true,
      items: { select: { sku: true, quantity: true }, orderBy: { position: 'asc' } },
      customer: { select: { email: true, userId: true } },
    },
  });
  if (order === null) return null;
  const { items, currency, locale, customer } = order;
  return { items, currency, locale, email: customer?.email ?? null, userId: customer?.userId ?? null };
}
