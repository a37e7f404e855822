import { type BulkAction, type BulkFilter, isOfUnpaid } from '../../domain/bulk';
import type { SessionId } from '../../domain/ids';
import type { OrderStatus } from '../../domain/order';
import type { Prisma } from '../../prisma/generated/client';
import type { Db } from '../database';

/** What a bulk does, and with which orders. */
export interface BulkRule {
  action: BulkAction;
  filter: BulkFilter;
}

/**
 * The orders that match a bulk's filter. One condition finds them when the bulk is requested and checks each of them
 * again when its turn comes. A cancel of `PENDING` orders matches only those that are unpaid: not those whose money has
 * come, or whose payment is still processing.
 */
export const matching = ({ action, filter }: BulkRule): Prisma.OrderWhereInput => {
  const { status, attention, olderThan } = filter;
  return {
    ...(status && { status }),
    ...(isOfUnpaid(action, filter) && { paymentStatus: 'UNPAID' }),
    ...(attention !== undefined && { attentionStep: attention ? { not: null } : null }),
    ...(olderThan !== undefined && { createdAt: { lt: new Date(olderThan) } }),
  };
};

/** The orders that match, oldest first. */
export async function findMatching(
  db: Pick<Db, 'order'>,
  { limit, ...rule }: BulkRule & { limit: number },
): Promise<{ sessionId: SessionId; number: string }[]> {
  const rows = await db.order.findMany({
    where: matching(rule),
    orderBy: { createdAt: 'asc' }, // as the indexes are sorted
    take: limit,
    select: { sessionId: true, number: true },
  });
  return rows as { sessionId: SessionId; number: string }[];
}

/** Why a bulk leaves an order alone that it matched before. A sentence without its full stop. */
export const noLongerMatches = ({ status, paymentStatus, attentionStep }: Standing): string =>
  `It no longer matches what was asked for: it is ${status}, its payment is ${paymentStatus}, and it needs ${
    attentionStep === null ? 'no attention' : 'attention'
  }`;

interface Standing {
  status: string;
  paymentStatus: string;
  attentionStep: string | null;
}

/** How an order stands when its turn comes. `refusal`: why it no longer matches; null if it does. */
export async function readInTurn(
  db: Db,
  { sessionId, ...rule }: BulkRule & { sessionId: SessionId },
): Promise<Standing & { refusal: string | null }> {
  const order = await db.order.findUniqueOrThrow({
    where: { sessionId },
    select: { status: true, paymentStatus: true, attentionStep: true },
  });
  const matches = (await db.order.count({ where: { sessionId, ...matching(rule) } })) > 0;
  return { ...order, refusal: matches ? null : noLongerMatches(order) };
}

/** Whether an order has ended in one of these statuses. */
export const hasEnded = async (
  db: Db,
  { sessionId, as }: { sessionId: SessionId; as: readonly OrderStatus[] },
): Promise<boolean> => (await db.order.count({ where: { sessionId, status: { in: [...as] } } })) > 0;
