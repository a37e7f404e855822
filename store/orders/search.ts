import { isDisputeId, isRefundId, isSessionId } from '../../domain/ids';
import type { Prisma } from '../../prisma/generated/client';
import type { Db } from '../database';
import { type OrderSummary, toSummary } from './list';

/** A customer may have many; whoever has more uses the search of the API. */
const MOST = 25;

/**
 * The orders that a text leads to, the newest first: an order's number, the id of its session, payment, charge, refund
 * or dispute at Stripe, its customer's e-mail address, or the tracking number of a parcel. Each is looked up whole, in
 * its own index.
 */
export async function findByText(db: Db, text: string): Promise<OrderSummary[]> {
  const asked = text.trim();
  const where = asked === '' ? null : await whereOf(db, asked);
  if (where === null) return [];
  const rows = await db.order.findMany({ where, orderBy: { createdAt: 'desc' }, take: MOST });
  return rows.map(toSummary);
}

async function whereOf(db: Db, text: string): Promise<Prisma.OrderWhereInput | null> {
  if (isSessionId(text)) return { sessionId: text };
  if (/^pi_/.test(text)) return { paymentIntentId: text };
  if (/^(?:ch|py)_/.test(text)) return { chargeId: text };
  if (isRefundId(text)) return ofRows([await db.refund.findUnique({ where: { stripeId: text } })]);
  if (isDisputeId(text)) return ofRows([await db.dispute.findUnique({ where: { id: text } })]);
  if (text.includes('@')) return { customer: { is: { email: text.toLowerCase() } } };
  const number = text.replace(/^#/, '');
  if ((await db.order.count({ where: { number } })) > 0) return { number };
  const trackingNumber = text.replace(/\s/g, ''); // as a carrier prints it
  const parcels = await db.shipment.findMany({ where: { trackingNumber: { in: [text, trackingNumber] } }, take: MOST });
  return ofRows(parcels);
}

function ofRows(rows: ({ sessionId: string } | null)[]): Prisma.OrderWhereInput | null {
  const ids = rows.flatMap((row) => row?.sessionId ?? []);
  return ids.length === 0 ? null : { sessionId: { in: ids } };
}
