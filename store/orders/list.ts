import type { SessionId } from '../../domain/ids';
import type { OrderStatus } from '../../domain/order';
import type { Prisma } from '../../prisma/generated/client';
import type { Db } from '../database';
import { type OrderHead, toHead } from './head';
import { type Attention, toAttention } from './staff-view';
import { type OrderView, toView, viewParts } from './view';

/** A row in a list of orders. Amounts are in the order's currency. */
export interface OrderSummary extends OrderHead {
  attention: Attention | null;
  disputed: boolean;
  createdAt: Date;
}

/** All that is given must match. */
export interface OrderFilter {
  status?: OrderStatus | undefined;
  /** Only orders that need attention. */
  attention?: boolean | undefined;
  /** Only orders with an open dispute. */
  disputed?: boolean | undefined;
  number?: string | undefined;
  paymentIntentId?: string | undefined;
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
  return rows.map((row) => ({
    ...toHead(row),
    attention: toAttention(row),
    disputed: row.disputed,
    createdAt: row.createdAt,
  }));
}

/** The orders of a customer, by their id in the shop's own system, as they may see them. Paged as `listOrders`. */
export async function listOrdersOfUser(
  db: Db,
  { userId, after, limit }: { userId: string; after: OrderPosition | null; limit: number },
): Promise<OrderView[]> {
  const rows = await db.order.findMany({ ...pageBy({ userId }, after, limit), include: viewParts });
  return rows.map(toView);
}

const pageBy = (filter: OrderFilter, after: OrderPosition | null, limit: number) =>
  ({
    where: { AND: [whereOf(filter), after ? beyond(after) : {}] },
    orderBy: [{ createdAt: 'desc' }, { sessionId: 'asc' }],
    take: limit,
  }) satisfies Prisma.OrderFindManyArgs;

const whereOf = ({
  status,
  attention,
  disputed,
  number,
  paymentIntentId,
  email,
  userId,
}: OrderFilter): Prisma.OrderWhereInput => ({
  ...(status && { status }),
  ...(attention && { attentionStep: { not: null } }),
  ...(disputed && { disputed: true }),
  ...(number && { number }),
  ...(paymentIntentId && { paymentIntentId }),
  ...((email || userId) && { customer: { is: { ...(email && { email }), ...(userId && { userId }) } } }),
});

/** The first condition is where the index on (created_at DESC, session_id) begins. */
const beyond = ({ createdAt, sessionId }: OrderPosition): Prisma.OrderWhereInput => ({
  createdAt: { lte: createdAt },
  OR: [{ createdAt: { lt: createdAt } }, { sessionId: { gt: sessionId } }],
});
