import { isSessionId, type SessionId, sessionId } from '../../domain/ids';
import type { DeliveryStatus, OutboundEvent } from '../../domain/outbound';
import type { Prisma } from '../../prisma/generated/client';
import type { Db } from '../database';

/** An event, and what became of sending it, as staff see it. */
export interface DeliveryRow {
  id: string;
  type: OutboundEvent;
  number: string;
  sessionId: SessionId;
  at: Date;
  status: DeliveryStatus;
  attempts: number;
  lastTriedAt: Date | null;
  lastError: string | null;
  nextTryAt: Date | null;
  deliveredAt: Date | null;
}

/** All that is given must match. */
export interface DeliveryFilter {
  status?: DeliveryStatus | undefined;
  /** The number of an order, or the id of its session. */
  order?: string | undefined;
}

/** Events after a place, newest first, and by id among those of the same moment. */
export async function listDeliveries(
  db: Db,
  {
    filter: { status, order },
    after,
    limit,
  }: { filter: DeliveryFilter; after: { at: Date; id: string } | null; limit: number },
): Promise<DeliveryRow[]> {
  const ofOrder = order === undefined ? undefined : await sessionOf(db, order);
  if (ofOrder === null) return [];
  const beyond = after && { at: { lte: after.at }, OR: [{ at: { lt: after.at } }, { id: { gt: after.id } }] };
  const rows = await db.delivery.findMany({
    where: {
      ...(status && { status }),
      ...(ofOrder && { sessionId: ofOrder }),
      ...beyond,
    },
    orderBy: [{ at: 'desc' }, { id: 'asc' }],
    take: limit,
    include: WITH_NUMBER,
  });
  return rows.map(toDelivery);
}

async function sessionOf(db: Db, order: string): Promise<string | null> {
  if (isSessionId(order)) return order;
  const row = await db.order.findUnique({ where: { number: order }, select: { sessionId: true } });
  return row?.sessionId ?? null;
}

export const WITH_NUMBER = { order: { select: { number: true } } } satisfies Prisma.DeliveryInclude;

export const toDelivery = (row: Prisma.DeliveryGetPayload<{ include: typeof WITH_NUMBER }>): DeliveryRow => ({
  id: row.id,
  type: row.type as OutboundEvent,
  number: row.order.number,
  sessionId: sessionId(row.sessionId),
  at: row.at,
  status: row.status as DeliveryStatus,
  attempts: row.attempts,
  lastTriedAt: row.lastTriedAt,
  lastError: row.lastError,
  nextTryAt: row.nextTryAt,
  deliveredAt: row.deliveredAt,
});
