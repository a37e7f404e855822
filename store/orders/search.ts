import { isDisputeId, isNoticeId, isRefundId, isSessionId } from '../../domain/ids';
import type { Prisma } from '../../prisma/generated/client';
import type { Db } from '../database';
import { type OrderSummary, toSummary } from './list';

/** A customer may have many; whoever has more uses the search of the API. */
const MOST = 25;

interface Found {
  orders: OrderSummary[];
  /** Whether there are more than these. */
  more: boolean;
}

/**
 * The orders that a text leads to, the newest first: an order's number, an id at Stripe, the id of a return, of a
 * request to return or of goods that are sent again, its customer's e-mail address, or the tracking number of a parcel.
 * Each is looked up whole, in its own index.
 */
export async function findByText(db: Db, text: string): Promise<Found> {
  const asked = text.trim();
  const where = asked === '' ? null : await whereOf(db, asked);
  if (where === null) return { orders: [], more: false };
  const orderBy = [{ createdAt: 'desc' }, { sessionId: 'asc' }] as const;
  const rows = await db.order.findMany({ where, orderBy: [...orderBy], take: MOST + 1 });
  return { orders: rows.slice(0, MOST).map(toSummary), more: rows.length > MOST };
}

async function whereOf(db: Db, text: string): Promise<Prisma.OrderWhereInput | null> {
  if (isSessionId(text)) return { sessionId: text };
  if (/^pi_/.test(text)) return { paymentIntentId: text };
  if (/^(?:ch|py)_/.test(text)) return { chargeId: text };
  if (isRefundId(text)) return ofRows([await db.refund.findUnique({ where: { stripeId: text } })]);
  if (isDisputeId(text)) return ofRows([await db.dispute.findUnique({ where: { id: text } })]);
  if (isNoticeId(text)) return ofRows([await db.notice.findUnique({ where: { id: text } })]);
  if (/^in_/.test(text)) return ofRows(await byInvoice(db, text));
  if (UUID.test(text)) return ofRows(await byOwnId(db, text.toLowerCase()));
  if (text.includes('@')) return { customer: { is: { email: text.toLowerCase() } } };
  const number = text.replace(BEFORE_A_NUMBER, '');
  if ((await db.order.count({ where: { number } })) > 0) return { number };
  return ofRows(await byParcel(db, text));
}

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
/** What customers and our mails write before the number of an order. */
const BEFORE_A_NUMBER = /^(?:order|bestellung)?\s*#?\s*/i;

const byInvoice = (db: Db, id: string) => db.$queryRaw<Row[]>`
  SELECT session_id AS "sessionId" FROM customers WHERE invoice IS NOT NULL AND invoice->>'id' = ${id}`;

async function byOwnId(db: Db, id: string): Promise<(Row | null)[]> {
  return [
    await db.orderReturn.findUnique({ where: { id } }),
    await db.replacement.findUnique({ where: { id } }),
    ...(await db.returnRequest.findMany({ where: { id } })),
  ];
}

/** Carriers print a number in groups, and people write it in any case: only what is between blanks and marks counts. */
async function byParcel(db: Db, text: string): Promise<Row[]> {
  const plain = text.replace(/[\s./-]/g, '').toUpperCase();
  if (plain === '') return [];
  return db.$queryRaw<Row[]>`
    SELECT session_id AS "sessionId" FROM shipments
    WHERE upper(translate(tracking_number, E' \\u00A0\\u202F-./', '')) = ${plain} LIMIT ${MOST + 1}`;
}

type Row = { sessionId: string | null };

function ofRows(rows: (Row | null)[]): Prisma.OrderWhereInput | null {
  const ids = rows.flatMap((row) => row?.sessionId ?? []);
  return ids.length === 0 ? null : { sessionId: { in: ids } };
}
