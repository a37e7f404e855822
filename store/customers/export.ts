import type { Prisma } from '../../prisma/generated/client';
import type { Db } from '../database';
import { unsubscribedSince } from '../mails/unsubscribed';
import { note } from '../orders/records';

/** Everything kept about a person: the rows as they are stored, with amounts as numbers. */
export interface CustomerExport {
  orders: Record<string, unknown>[];
  /** Checkouts of the last day that have not become an order. */
  checkouts: Record<string, unknown>[];
  /** Mails to the person that belong to none of their orders. */
  mails: Record<string, unknown>[];
  /** Products that the person waits to hear of. */
  stockRequests: Record<string, unknown>[];
  /** Since when they want no mails about expired checkouts; null: they have not said so. */
  unsubscribedAt: string | null;
}

/** What belongs to an order, in every table. */
const PARTS = {
  customer: true,
  items: true,
  holds: true,
  shipments: true,
  grants: { include: { keys: { omit: { keyHash: true } } } },
  refunds: true,
  returns: true,
  returnRequests: true,
  replacements: true,
  disputes: true,
  notices: true,
  timeline: { orderBy: { id: 'asc' } },
  withdrawal: true,
} satisfies Prisma.OrderInclude;

/** A checkout without an order is forgotten after a day (api/housekeeping.ts). */
const RECENT_MS = 2 * 86_400_000;

/**
 * Everything kept about the person with this e-mail address: their orders with all that belongs to them, even if staff
 * have corrected the address since, and what belongs to no order. The export is noted on each order's timeline.
 * @param email in lower case, as addresses are kept
 */
export async function exportCustomer(
  db: Db,
  { email, actor, at }: { email: string; actor: string; at: Date },
): Promise<CustomerExport> {
  const customers = await db.customer.findMany({ where: { email }, select: { sessionId: true } });
  const sent = await db.mail.findMany({ where: { recipient: email, audience: 'CUSTOMER' } });
  const sessions = [...customers, ...sent].flatMap(({ sessionId }) => (sessionId === null ? [] : [sessionId]));
  const ofThem = { sessionId: { in: [...new Set(sessions)] } };
  const orders = await db.order.findMany({ where: ofThem, include: PARTS, orderBy: { createdAt: 'asc' } });
  const mails = await db.mail.findMany({ where: ofThem, orderBy: { createdAt: 'asc' } });
  const checkouts = await db.checkout.findMany({ where: ofThem });
  const attempts = await db.$queryRaw<{ id: string }[]>`
    SELECT c.id::text FROM checkouts c WHERE c.created_at > ${new Date(at.getTime() - RECENT_MS)}
      AND lower(c.request->>'customer_email') = ${email}
      AND NOT EXISTS (SELECT 1 FROM orders o WHERE o.session_id = c.session_id)`;
  await noteExports(db, orders, { actor, at });
  return plain({
    orders: orders.map((order) => ({
      ...order,
      checkout: checkouts.find(({ sessionId }) => sessionId === order.sessionId) ?? null,
      mails: mails.filter(({ sessionId }) => sessionId === order.sessionId),
    })),
    checkouts: await db.checkout.findMany({ where: { id: { in: attempts.map(({ id }) => id) } } }),
    stockRequests: await db.stockRequest.findMany({ where: { email }, orderBy: { requestedAt: 'asc' } }),
    mails: sent.filter(({ sessionId }) => !orders.some((order) => order.sessionId === sessionId)),
    unsubscribedAt: await unsubscribedSince(db, email),
  });
}

const noteExports = (db: Db, orders: { sessionId: string }[], { actor, at }: { actor: string; at: Date }) =>
  db.$transaction(async (tx) => {
    for (const { sessionId } of orders)
      await note(tx, sessionId, at, {
        ...{ type: 'exported', message: 'Exported what is kept about the customer', actor },
        key: `exported/${at.toISOString()}`,
      });
  });

/** The value as it is in JSON. */
const plain = (rows: object): CustomerExport =>
  JSON.parse(JSON.stringify(rows, (_, value) => (typeof value === 'bigint' ? Number(value) : value)));
