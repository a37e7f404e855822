import { whyNot } from '../../domain/actions';
import type { SessionId } from '../../domain/ids';
import { DECISIONS, type HoldReason, isFinal, ORDER_STATUSES, type OrderStatus } from '../../domain/order';
import type { Order, Prisma } from '../../prisma/generated/client';
import type { Db } from '../database';
import { type OrderHead, toHead } from './head';
import { shipFacts } from './shipments';
import { holdOf } from './shipping-hold';
import { type Attention, toAttention } from './staff-view';
import { type OrderView, toView, viewParts } from './view';

/** A row in a list of orders. Amounts are in the order's currency. */
export interface OrderSummary extends OrderHead {
  attention: Attention | null;
  disputed: boolean;
  /** Why staff hold shipping; null if they do not. */
  hold: HoldReason | null;
  /** The customer has withdrawn from the contract. */
  withdrawn: boolean;
  /** Why nothing of it may leave, in a sentence without its full stop; null if it may, or if nothing is to be sent. */
  stopped: string | null;
  /** The customer has asked to return goods, and waits for an answer or for their way back. */
  returnRequested: boolean;
  createdAt: Date;
}

export const SHIPPING = ['free', 'stopped'] as const;

/** All that is given must match. */
export interface OrderFilter {
  status?: OrderStatus | undefined;
  /** Only orders that need attention. */
  attention?: boolean | undefined;
  /** Only orders with an open dispute. */
  disputed?: boolean | undefined;
  /** Only orders whose shipping staff hold, and that have not ended. */
  held?: boolean | undefined;
  /** Of the orders with something to be sent: only those that may leave now, or only those that may not. */
  shipping?: (typeof SHIPPING)[number] | undefined;
  /** Only orders all of which was shipped before this time, and that are not delivered yet, as far as is known. */
  shippedBefore?: Date | undefined;
  /** Only orders whose customer has withdrawn from the contract. */
  withdrawn?: boolean | undefined;
  /** Only orders whose customer waits for an answer to a request to return. */
  returnRequested?: boolean | undefined;
  number?: string | undefined;
  paymentIntentId?: string | undefined;
  /** Only orders made at this time or later. */
  since?: Date | undefined;
  /** Only orders made before this time. */
  until?: Date | undefined;
  /** In lower case, as addresses are kept. */
  email?: string | undefined;
  userId?: string | undefined;
}

/** Where a page ended. */
export interface OrderPosition {
  createdAt: Date;
  sessionId: SessionId;
}

/**
 * Orders after a position, newest first. By keyset: an order created meanwhile moves no row from one page to another.
 */
export async function listOrders(
  db: Db,
  { filter, after, limit }: { filter: OrderFilter; after: OrderPosition | null; limit: number },
): Promise<OrderSummary[]> {
  const rows = await db.order.findMany(pageBy(filter, after, limit));
  return rows.map(toSummary);
}

/**
 * Orders that need attention, open or ended, the one that has waited longest first; `after` is the last one of the page
 * before. The index on (attention_since, session_id) has no other orders.
 */
export async function listByAttention(
  db: Db,
  { after, limit }: { after: { since: Date; sessionId: SessionId } | null; limit: number },
): Promise<OrderSummary[]> {
  const beyond = after && {
    attentionSince: { gte: after.since },
    OR: [{ attentionSince: { gt: after.since } }, { sessionId: { gt: after.sessionId } }],
  };
  const rows = await db.order.findMany({
    where: { attentionStep: { not: null }, ...beyond },
    orderBy: [{ attentionSince: 'asc' }, { sessionId: 'asc' }],
    take: limit,
  });
  return rows.map(toSummary);
}

export const toSummary = (row: Order): OrderSummary => ({
  ...toHead(row),
  attention: toAttention(row),
  disputed: row.disputed,
  hold: holdOf(row),
  withdrawn: row.withdrawn,
  returnRequested: row.returnRequested && row.status !== ANSWERED,
  stopped: row.status === 'PREPARING' ? whyStopped(row) : null,
  createdAt: row.createdAt,
});

const whyStopped = (row: Order): string | null =>
  whyNot('ship', shipFacts(row)) ?? (row.stock === 'COMMITTED' ? null : 'Its goods went back into stock');

/** How many orders match. */
export const countOrders = (db: Db, filter: OrderFilter): Promise<number> => db.order.count({ where: whereOf(filter) });

/** The orders of a customer, by their id in the shop's own system, as they may see them. Paged as `listOrders`. */
export async function listOrdersOfUser(
  db: Db,
  { userId, after, limit }: { userId: string; after: OrderPosition | null; limit: number },
): Promise<OrderView[]> {
  const rows = await db.order.findMany({ ...pageBy({ userId }, after, limit), include: viewParts });
  return rows.map(toView);
}

/** The orders after a position that match. */
export const pageBy = (filter: OrderFilter, after: OrderPosition | null, limit: number) =>
  ({
    where: { AND: [whereOf(filter), after ? beyond(after) : {}] },
    orderBy: [{ createdAt: 'desc' }, { sessionId: 'asc' }],
    take: limit,
  }) satisfies Prisma.OrderFindManyArgs;

const whereOf = ({
  status,
  attention,
  disputed,
  held,
  shipping,
  shippedBefore,
  withdrawn,
  returnRequested,
  since,
  until,
  number,
  paymentIntentId,
  email,
  userId,
}: OrderFilter): Prisma.OrderWhereInput => ({
  ...(status && { status }),
  ...(attention && { attentionStep: { not: null } }),
  ...(disputed && { disputed: true }),
  // One that has ended keeps its hold, in case its refund fails.
  ...(held && { shippingHold: { not: null }, NOT: { status: { in: ENDED } } }),
  ...(withdrawn && { withdrawn: true }),
  ...((since || until) && { createdAt: { ...(since && { gte: since }), ...(until && { lt: until }) } }),
  ...(number && { number }),
  ...(paymentIntentId && { paymentIntentId }),
  ...((email || userId) && { customer: { is: { ...(email && { email }), ...(userId && { userId }) } } }),
  AND: [
    shipping ? { status: 'PREPARING', ...(shipping === 'free' ? FREE : { NOT: FREE }) } : {},
    returnRequested ? { returnRequested, status: { not: ANSWERED } } : {},
    shippedBefore ? { status: 'SHIPPED', shippedAt: { lt: shippedBefore } } : {},
  ],
});

/**
 * Its goods are its own, and `ship` is accepted: the rules of the table of actions, as a query. A test holds the two to
 * each other. What else needs staff (a mail, a refund) keeps no parcel back.
 */
const FREE = {
  ...{ stock: 'COMMITTED', disputed: false, reviewOpen: false, fraudWarning: false, shippingHold: null },
  OR: [{ cancelRequestedAt: null }, { cancelRefusal: { not: null } }],
  NOT: { calls: { array_contains: [{ step: DECISIONS.disputeLost }] } },
} satisfies Prisma.OrderWhereInput;

/** Who has all of the money back has an answer. The flag stays, in case that refund fails. */
const ANSWERED: OrderStatus = 'REFUNDED';

const ENDED = ORDER_STATUSES.filter(isFinal);

/** The first condition is where the index on (created_at DESC, session_id) begins. */
const beyond = ({ createdAt, sessionId }: OrderPosition): Prisma.OrderWhereInput => ({
  createdAt: { lte: createdAt },
  OR: [{ createdAt: { lt: createdAt } }, { sessionId: { gt: sessionId } }],
});
