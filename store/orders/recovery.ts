import type { SessionId } from '../../domain/ids';
import type { CheckoutLine } from '../../domain/session';
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
      customer: { select: { email: true, userId: true } },
    },
  });
  if (order === null) return null;
  const { currency, locale, customer } = order;
  const asked = await askedOf(db, sessionId);
  return { ...asked, currency, locale, email: customer?.email ?? null, userId: customer?.userId ?? null };
}

/** What the link to an expired cart leads to: its lines, with bundles as they are sold, and nothing of the shopper. */
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
      (SELECT json_agg(json_build_object('sku', line->'sku', 'name', line->'name', 'quantity', line->'quantity') ORDER BY place)
        FROM checkouts k, jsonb_array_elements(k.lines) WITH ORDINALITY AS lines(line, place)
        WHERE k.session_id = o.session_id) AS items,
      EXISTS (SELECT 1 FROM checkouts c JOIN orders r ON r.session_id = c.session_id WHERE c.recovers = o.session_id
        AND r.payment_status IN ('PROCESSING', 'PAID', 'NO_PAYMENT_REQUIRED', 'PARTIALLY_REFUNDED')) AS bought
    FROM orders o WHERE o.session_id = ${sessionId} AND o.status = 'EXPIRED' AND o.recoverable_until > ${at}`;
  return found ?? null;
}

/**
 * What the checkout of a session asked of Stripe: the lines of the cart, with bundles as they are sold, and the one
 * country that addresses were taken in; null if it was more than one.
 */
async function askedOf(db: Db, sessionId: SessionId): Promise<Pick<RecoverableCart, 'items' | 'country'>> {
  const [checkout] = await db.$queryRaw<{ lines: CheckoutLine[]; countries: string[] | null }[]>`
    SELECT lines, request #> '{shipping_address_collection,allowed_countries}' AS countries
      FROM checkouts WHERE session_id = ${sessionId}`;
  const items = (checkout?.lines ?? []).map(({ sku, quantity }) => ({ sku, quantity }));
  const [country = null, ...others] = checkout?.countries ?? [];
  return { items, country: others.length === 0 ? country : null };
}
