import type { SessionId } from '../../domain/ids';
import type { Db } from '../database';

/** What was in an expired cart, and for whom, as far as that has not been erased. */
export interface RecoverableCart {
  items: { sku: string; quantity: number }[];
  currency: string;
  email: string | null;
  userId: string | null;
  locale: string | null;
  /** Where it was to be shipped, if that was one country. */
  country: string | null;
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
  const country = await onlyCountryOf(db, sessionId);
  return { items, currency, locale, country, email: customer?.email ?? null, userId: customer?.userId ?? null };
}

/** What the link to an expired cart leads to, without anything about the shopper. */
export interface RecoveryPreview {
  /** `name` as it was then. */
  items: { sku: string; name: string; quantity: number }[];
  currency: string;
  /** The end of the link. */
  until: Date;
  /** A checkout from such a link to the same cart was paid, or its payment is under way. */
  bought: boolean;
}

/** The cart of an expired order whose recovery link still works, to be shown; null for any other order. */
export async function findRecoveryPreview(
  db: Db,
  { sessionId, at }: { sessionId: SessionId; at: Date },
): Promise<RecoveryPreview | null> {
  const [found] = await db.$queryRaw<RecoveryPreview[]>`
    SELECT o.currency, o.recoverable_until AS until,
      (SELECT json_agg(json_build_object('sku', i.sku, 'name', i.name, 'quantity', i.quantity) ORDER BY i.position)
        FROM order_items i WHERE i.session_id = o.session_id) AS items,
      EXISTS (SELECT 1 FROM checkouts c JOIN orders r ON r.session_id = c.session_id WHERE c.recovers = o.session_id
        AND r.payment_status IN ('PROCESSING', 'PAID', 'NO_PAYMENT_REQUIRED', 'PARTIALLY_REFUNDED')) AS bought
    FROM orders o WHERE o.session_id = ${sessionId} AND o.status = 'EXPIRED' AND o.recoverable_until > ${at}`;
  return found ?? null;
}

/** The one country that a session took addresses in, from what was asked of Stripe; null if it was more than one. */
async function onlyCountryOf(db: Db, sessionId: SessionId): Promise<string | null> {
  const [checkout] = await db.$queryRaw<{ countries: string[] | null }[]>`
    SELECT request #> '{shipping_address_collection,allowed_countries}' AS countries
      FROM checkouts WHERE session_id = ${sessionId}`;
  const [country = null, ...others] = checkout?.countries ?? [];
  return others.length === 0 ? country : null;
}
