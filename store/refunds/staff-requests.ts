import type { SessionId } from '../../domain/ids';
import type { Reason } from '../../domain/order';
import {
  againKey,
  isReversed,
  type Refund,
  type Refusal,
  type RestockLine,
  requestOf,
  whyNotRefund,
} from '../../domain/refund';
import type { Prisma, Refund as RefundRow } from '../../prisma/generated/client';
import type { Db } from '../database';
import { type LockedOrder, lockKnownOrder, note } from '../orders/records';
import { refundsOf, toRefund } from './rows';

/** A refund as staff ask for it. */
export interface StaffRequest {
  sessionId: SessionId;
  /** Of the request: the hash of an Idempotency-Key, or the id of an update. */
  requestKey: string;
  /** Absent: everything left. */
  amount?: number | undefined;
  reason: Reason;
  /** What goes back on the shelf with it. */
  restock?: RestockLine[] | undefined;
}

/** A refund that is written down, and that Stripe is to be asked for. */
export interface WrittenRefund {
  refund: Refund;
  paymentIntentId: string;
  /** Whether an earlier try may have asked Stripe already. */
  inDoubt: boolean;
}

/** The key of the row of a request by staff. */
const keyOf = ({ sessionId, requestKey }: Pick<StaffRequest, 'sessionId' | 'requestKey'>): string =>
  `${sessionId}/staff/${requestKey}`;

/**
 * Stores a request before anything takes it up, with staff's remark on the timeline; a repeat finds what is stored.
 * Throws when there is no such order.
 * @param requestHash of everything that was asked, the remark included
 * @returns null when the key was used for another request
 */
export async function storeRequest(
  db: Db,
  {
    requestHash,
    remark,
    at,
    ...request
  }: StaffRequest & { requestHash: string; remark?: string | undefined; at: Date },
): Promise<Refund | null> {
  const { sessionId, requestKey, reason } = request;
  const key = keyOf(request);
  return db.$transaction(async (tx) => {
    const order = await tx.order.findUniqueOrThrow({
      where: { sessionId },
      select: { sessionId: true, currency: true },
    });
    const { count } = await tx.refund.createMany({
      data: [{ ...rowOf(order, request, at), actor: 'staff', requestHash, attempt: 0 }],
      skipDuplicates: true,
    });
    if (count === 1 && remark !== undefined)
      await note(tx, sessionId, at, {
        ...{ type: 'note', message: `Asked to refund (${reason})`, note: remark },
        ...{ actor: 'staff', key: `note/refund/${requestKey}` },
      });
    const row = await tx.refund.findUniqueOrThrow({ where: { key } });
    return row.requestHash === requestHash ? toRefund(row) : null;
  });
}

/** A request by staff as it stands. Throws when it was never stored. */
export const readRequest = async (db: Db, request: Pick<StaffRequest, 'sessionId' | 'requestKey'>): Promise<Refund> =>
  toRefund(await db.refund.findUniqueOrThrow({ where: { key: keyOf(request) } }));

/** A request that Stripe may have been asked for before; null when there is none, or its refusal is remembered. */
export async function findWritten(
  db: Db,
  request: Pick<StaffRequest, 'sessionId' | 'requestKey'>,
): Promise<WrittenRefund | null> {
  const row = await db.refund.findUnique({
    where: { key: keyOf(request) },
    include: { order: { select: { paymentIntentId: true } } },
  });
  if (row === null || row.order.paymentIntentId === null || isRemembered(row)) return null;
  return { refund: toRefund(row), paymentIntentId: row.order.paymentIntentId, inDoubt: row.attempt > 0 };
}

/**
 * Reserves what staff ask for, or records, for good, why it cannot be had. Under the order's row lock, so that no two
 * requests claim the same money.
 */
export async function writeRequest(
  db: Db,
  { actor, at, ...request }: StaffRequest & { actor: string; at: Date },
): Promise<WrittenRefund | Refusal> {
  const { sessionId, requestKey } = request;
  const key = keyOf(request);
  return db.$transaction(async (tx) => {
    const order = await lockKnownOrder(tx, sessionId);
    const own = await tx.refund.findUnique({ where: { key } });
    const remembered = own && isRemembered(own) ? toRefund(own).refusal : null;
    if (remembered !== null) return remembered;
    const all = await refundsOf(tx, sessionId);
    const others = all.filter((one) => one.key !== key);
    const retryOf =
      all.find((one) => isReversed(one.status) && againKey(one.stripeId) === requestKey)?.stripeId ?? null;
    const refusal = whyNotRefund(
      { ...order, total: Number(order.total), sold: SOLD.has(order.stock) },
      others,
      request,
    );
    const row = await tx.refund.upsert({
      where: { key },
      create: { ...rowOf(order, request, at), actor, retryOf, attempt: 1, ...(refusal && refusedAs(refusal)) },
      update: { ...REQUESTED, attempt: 1, updatedAt: at, ...(refusal && refusedAs(refusal)) },
    });
    if (refusal !== null) return refusal;
    return { refund: toRefund(row), paymentIntentId: order.paymentIntentId as string, inDoubt: false };
  });
}

/** Goods of these orders have left the shelf. */
const SOLD: ReadonlySet<string> = new Set(['COMMITTED', 'RETURNED']);

/** The request came to nothing, and Stripe says so: its money is free for others again. */
export async function refuseRefund(
  db: Db,
  { key, refusal, at }: { key: string; refusal: Refusal; at: Date },
): Promise<void> {
  await db.refund.updateMany({ where: { key, status: 'requested' }, data: { ...refusedAs(refusal), updatedAt: at } });
}

/** The order's workflow refused a request that nothing has taken up. */
export async function refuseStored(
  db: Db,
  { refusal, at, ...request }: Pick<StaffRequest, 'sessionId' | 'requestKey'> & { refusal: Refusal; at: Date },
): Promise<void> {
  await db.refund.updateMany({
    where: { key: keyOf(request), status: 'requested', attempt: 0 },
    data: { ...refusedAs(refusal), updatedAt: at },
  });
}

/** A request by staff that waits for Stripe's answer. */
export interface WaitingRequest {
  sessionId: SessionId;
  requestKey: string;
  request: ReturnType<typeof requestOf>;
}

/** Requests by staff that wait for Stripe and have not been tried since this, `limit` at most. */
export async function requestsSilentSince(
  db: Db,
  { since, limit }: { since: Date; limit: number },
): Promise<WaitingRequest[]> {
  const rows = await db.refund.findMany({
    where: { origin: 'STAFF', status: 'requested', updatedAt: { lt: since } },
    take: limit,
  });
  return rows
    .map(toRefund)
    .flatMap(({ sessionId, requestKey, ...refund }) =>
      requestKey === null ? [] : [{ sessionId, requestKey, request: requestOf(refund) }],
    );
}

const REQUESTED = { status: 'requested', refusal: null, refusalReason: null };

/**
 * A refusal is the answer to an Idempotency-Key for good; a failed refund that is asked for anew may be had another
 * day.
 */
const isRemembered = ({ refusal, requestHash }: RefundRow): boolean => refusal !== null && requestHash !== null;

const rowOf = (
  { currency }: Pick<LockedOrder, 'currency'>,
  { sessionId, requestKey, amount, reason, restock }: StaffRequest,
  at: Date,
) => ({
  key: keyOf({ sessionId, requestKey }),
  ...{ sessionId, requestKey, currency, reason, origin: 'STAFF' as const, status: 'requested' },
  amount: amount ?? null,
  ...(restock && { restock: restock as unknown as Prisma.InputJsonArray }),
  ...{ createdAt: at, updatedAt: at },
});

const refusedAs = ({ code, reason }: Refusal) => ({ status: 'refused', refusal: code, refusalReason: reason });
