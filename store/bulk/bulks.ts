import type { BulkAction, BulkFilter, BulkProgress, BulkStatus, EndedStatus } from '../../domain/bulk';
import type { Reason } from '../../domain/order';
import type { Bulk as BulkRow } from '../../prisma/generated/client';
import type { Db } from '../database';
import { findMatching } from './matching';

/** What staff ask for. */
export interface NewBulk {
  id: string;
  action: BulkAction;
  /** Of a cancel. */
  reason: Reason | null;
  filter: BulkFilter;
  limit: number;
  /** The name of who asks. */
  actor: string;
  /** Tells a repeat of the request from another one under the same id. */
  requestHash: string;
  at: Date;
}

/** A bulk, as its workflow needs it. */
export interface Bulk {
  id: string;
  action: BulkAction;
  reason: Reason;
  filter: BulkFilter;
  actor: string;
  status: BulkStatus;
}

/** A bulk as staff see it. */
export interface BulkView extends Bulk {
  requestedAt: Date;
  finishedAt: Date | null;
  matched: number;
  done: number;
  /** In the order of their turns. `detail` is a sentence without its full stop. */
  refused: { number: string; code: string; detail: string }[];
}

/**
 * Writes a bulk down with the orders that match it now, before it is started. A repeat finds what is written.
 * @returns how many orders match; null if the id belongs to another request
 */
export async function writeBulk(db: Db, asked: NewBulk): Promise<number | null> {
  const { id, action, reason, filter, limit, actor, requestHash, at } = asked;
  return db.$transaction(async (tx) => {
    const row = { id, action, reason, actor, requestHash, status: 'RUNNING', requestedAt: at, filter: { ...filter } };
    const { count: isNew } = await tx.bulk.createMany({ data: [row], skipDuplicates: true });
    if (isNew === 0) {
      const known = await tx.bulk.findUniqueOrThrow({ where: { id }, select: { requestHash: true } });
      return known.requestHash === requestHash ? tx.bulkOrder.count({ where: { bulkId: id } }) : null;
    }
    const orders = await findMatching(tx, { action, filter, limit });
    await tx.bulkOrder.createMany({
      data: orders.map(({ sessionId }, position) => ({ bulkId: id, sessionId, position })),
    });
    return orders.length;
  });
}

export async function readBulk(db: Db, id: string): Promise<BulkView | null> {
  const row = await db.bulk.findUnique({ where: { id } });
  if (row === null) return null;
  const { matched, done } = await bulkProgress(db, id);
  const refused = await db.bulkOrder.findMany({
    where: { bulkId: id, outcome: 'refused' },
    orderBy: { position: 'asc' },
  });
  const orders = await db.order.findMany({
    where: { sessionId: { in: refused.map(({ sessionId }) => sessionId) } },
    select: { sessionId: true, number: true },
  });
  const numberOf = new Map(orders.map(({ sessionId, number }) => [sessionId, number]));
  return {
    ...toBulk(row),
    ...{ requestedAt: row.requestedAt, finishedAt: row.finishedAt, matched, done },
    refused: refused.map(({ sessionId, code, detail }) => ({
      ...{ number: numberOf.get(sessionId) ?? '', code: code ?? '', detail: detail ?? '' },
    })),
  };
}

/** A bulk as its workflow needs it; null if the database knows none, for it was restored to an earlier state. */
export async function findBulk(db: Db, id: string): Promise<Bulk | null> {
  const row = await db.bulk.findUnique({ where: { id } });
  return row && toBulk(row);
}

/** How far a bulk has come. One that has ended is over, even if orders were left. */
export async function bulkProgress(db: Db, id: string): Promise<BulkProgress> {
  const counts = await db.bulkOrder.groupBy({ by: ['outcome'], where: { bulkId: id }, _count: { _all: true } });
  const countOf = (outcome: string | null) => counts.find((one) => one.outcome === outcome)?._count._all ?? 0;
  const matched = counts.reduce((sum, { _count }) => sum + _count._all, 0);
  const isOpen = countOf(null) > 0 && (await db.bulk.count({ where: { id, status: 'RUNNING' } })) > 0;
  return { matched, done: countOf('done'), refused: countOf('refused'), over: !isOpen };
}

/** Ends a bulk. Safe to repeat: how it ended first counts. */
export async function endBulk(
  db: Db,
  { id, status, at }: { id: string; status: EndedStatus; at: Date },
): Promise<void> {
  await db.bulk.updateMany({ where: { id, status: 'RUNNING' }, data: { status, finishedAt: at } });
}

/** The bulks that were requested before a time and are not over, oldest first. */
export async function runningBulks(
  db: Db,
  { before, limit }: { before: Date; limit: number },
): Promise<Pick<Bulk, 'id' | 'action'>[]> {
  const rows = await db.bulk.findMany({
    where: { status: 'RUNNING', requestedAt: { lt: before } },
    orderBy: { requestedAt: 'asc' },
    take: limit,
    select: { id: true, action: true },
  });
  return rows as Pick<Bulk, 'id' | 'action'>[];
}

/** Removes the bulks that ended before a time. */
export async function removeOldBulks(db: Db, { before }: { before: Date }): Promise<void> {
  await db.bulk.deleteMany({ where: { finishedAt: { lt: before } } });
}

const toBulk = ({ id, action, reason, filter, actor, status }: BulkRow): Bulk => ({
  ...{ id, actor, status: status as BulkStatus, action: action as BulkAction },
  reason: (reason ?? 'other') as Reason,
  filter: filter as BulkFilter,
});
