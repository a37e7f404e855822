import type { Address } from '../../domain/address';
import type { EarlierOrders, PaidOrder } from '../../domain/earlier-orders';
import type { DisputeId, SessionId } from '../../domain/ids';
import { METADATA } from '../../domain/session';
import { Prisma } from '../../prisma/generated/client';
import type { Db, Tx } from '../database';
import { isDigital } from '../orders/records';

/** How many earlier orders are looked at: each costs a call to Stripe. */
const MOST = 10;

/**
 * A paid order, and the earlier ones of the same customer, by their account or their e-mail address, that were paid in
 * a period: the latest of those, then what was confirmed up to `until`, because its payment may be from within the
 * period. Leaves out what was disputed or given back, what the bank warned of, and erased customers. Reads only the
 * orders of this customer: both columns have an index.
 * @returns null if the order has no charge, or its customer is not known
 */
export async function readEarlierOrders(
  db: Db,
  { sessionId, from, to, until }: { sessionId: SessionId; from: Date; to: Date; until: Date },
): Promise<{ disputed: PaidOrder; earlier: PaidOrder[] } | null> {
  const [disputed] = await paidOrders(db, [sessionId]);
  if (disputed === undefined) return null;
  const { email, userId } = disputed;
  const rows = await db.$queryRaw<{ session_id: string }[]>`
    SELECT o.session_id FROM (
      SELECT session_id FROM customers WHERE email = ${email} AND erased_at IS NULL
      UNION SELECT session_id FROM customers WHERE user_id = ${userId} AND erased_at IS NULL
    ) c JOIN orders o USING (session_id)
    WHERE o.session_id <> ${sessionId} AND o.charge_id IS NOT NULL AND o.paid_at BETWEEN ${from} AND ${until}
      AND o.refunded < o.total
      AND NOT EXISTS (SELECT 1 FROM disputes d WHERE d.session_id = o.session_id)
      AND NOT EXISTS (SELECT 1 FROM notices n WHERE n.session_id = o.session_id AND n.kind = 'fraud-warning')
    ORDER BY o.paid_at > ${to}, o.paid_at DESC LIMIT ${MOST}`;
  return {
    disputed,
    earlier: await paidOrders(
      db,
      rows.map((row) => row.session_id),
    ),
  };
}

async function paidOrders(db: Db, sessions: string[]): Promise<PaidOrder[]> {
  const where = { sessionId: { in: sessions } };
  const orders = await db.order.findMany({
    where: { ...where, chargeId: { not: null } },
    include: { customer: true, items: { orderBy: { position: 'asc' } }, shipments: { select: { id: true } } },
  });
  const checkouts = await db.checkout.findMany({ where, select: { sessionId: true, request: true } });
  return orders.map(({ sessionId, number, chargeId, customer, items, shipments }) => ({
    ...{ sessionId, number, chargeId: chargeId ?? '' },
    digital: isDigital(items),
    description: items.map(({ name, quantity }) => `${quantity} × ${name}`).join('\n'),
    ip: ipOf(checkouts.find((one) => one.sessionId === sessionId)?.request),
    email: customer?.email ?? null,
    userId: customer?.userId ?? null,
    address: shipments.length > 0 ? (customer?.address as unknown as Address | null) : null,
  }));
}

/** The shopper's address that was sent to Stripe with the checkout. */
function ipOf(request: Prisma.JsonValue | undefined): string | null {
  const { metadata } = (request ?? {}) as { metadata?: Record<string, string> };
  return metadata?.[METADATA.shopperIp] ?? null;
}

/**
 * Writes which earlier orders go with the evidence, or that none do, unless it is being submitted or was. An erasure of
 * one of their customers comes before this, and nothing is written, or empties it afterwards.
 * @returns what goes with the evidence now
 */
export async function saveEarlierOrders(
  db: Db,
  { id, earlierOrders }: { id: DisputeId; earlierOrders: EarlierOrders | null },
): Promise<EarlierOrders | null> {
  return db.$transaction(async (tx) => {
    const kept = earlierOrders && (await areKept(tx, earlierOrders)) ? earlierOrders : null;
    const { count } = await tx.dispute.updateMany({
      where: { id, open: true, submission: null, submittedAt: null },
      data: { earlierOrders: kept === null ? Prisma.DbNull : (kept as unknown as Prisma.InputJsonObject) },
    });
    return count === 1 ? kept : null;
  });
}

/** Whether no customer of these orders was erased. Locks them, so that an erasure waits. */
async function areKept(tx: Tx, { orders }: EarlierOrders): Promise<boolean> {
  const sessions = orders.map(({ sessionId }) => sessionId);
  const rows = await tx.$queryRaw<unknown[]>`
    SELECT 1 FROM customers WHERE session_id = ANY(${sessions}) AND erased_at IS NULL ORDER BY session_id FOR SHARE`;
  return rows.length === sessions.length;
}

/** Whether nobody has disputed the earlier orders since, and no bank has warned of them. */
export async function areUndisputed(tx: Tx, { orders }: EarlierOrders): Promise<boolean> {
  const sessionId = { in: orders.map((order) => order.sessionId) };
  const disputes = await tx.dispute.count({ where: { sessionId } });
  return disputes === 0 && (await tx.notice.count({ where: { sessionId, kind: 'fraud-warning' } })) === 0;
}
