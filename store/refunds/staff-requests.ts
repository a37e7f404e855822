import type { SessionId } from '../../domain/ids';
import type { Reason } from '../../domain/order';
import {
  againKey,
  isRefusedByStripe,
  isResolved,
  isReversed,
  type Refund,
  type RestockLine,
  requestOf,
} from '../../domain/refund';
import { type Refusal, remainingOf, whyNotRefund } from '../../domain/refundable';
import type { Prisma, Refund as RefundRow } from '../../prisma/generated/client';
import type { Db } from '../database';
import { type LockedOrder, lockKnownOrder, moneyOf, note } from '../orders/records';
import { refundsOf, toRefund } from './rows';

/** A refund that staff request. */
export interface StaffRequest {
  sessionId: SessionId;
  /** The key of the request: the hash of an Idempotency-Key, or the id of an update. */
  requestKey: string;
  /** Absent: everything left. */
  amount?: number | undefined;
  reason: Reason;
  /** The units that return to stock with it. */
  restock?: RestockLine[] | undefined;
}

/** A recorded refund that is to be requested at Stripe. */
export interface WrittenRefund {
  refund: Refund;
  paymentIntentId: string;
  /** Whether an earlier attempt may already have reached Stripe. */
  inDoubt: boolean;
}

/** The key of the row of a request by staff. */
const keyOf = ({ sessionId, requestKey }: Pick<StaffRequest, 'sessionId' | 'requestKey'>): string =>
  `${sessionId}/staff/${requestKey}`;

/**
 * Stores a request before a workflow takes it up, with the note of staff on the timeline. A repeat finds what is
 * stored. Throws if there is no such order.
 * @param requestHash the hash of the whole request, the note included
 * @returns null if the key was used for another request
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

/** A request by staff. Throws if it was never stored. */
export const readRequest = async (db: Db, request: Pick<StaffRequest, 'sessionId' | 'requestKey'>): Promise<Refund> =>
  toRefund(await db.refund.findUniqueOrThrow({ where: { key: keyOf(request) } }));

/** A request that may already have reached Stripe; null if there is none, or its refusal is remembered. */
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
 * Reserves the amount that staff request, or records the refusal for good. Under the order's row lock, so that no two
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
    if (own && isRemembered(own)) return rememberedOf(own);
    const all = await refundsOf(tx, sessionId);
    const others = all.filter((one) => one.key !== key);
    const retryOf =
      all.find((one) => isReversed(one.status) && againKey(one.stripeId) === requestKey)?.stripeId ?? null;
    const refundable = { ...order, ...moneyOf(order), sold: SOLD.has(order.stock) };
    const refusal = whyNotRefund(refundable, others, request);
    // A refusal by Stripe stays until staff resolve it, even if one of our rules now refuses to ask again.
    if (refusal !== null && own && isRefusedByStripe(own)) return refusal;
    // Stripe does not count what a dispute took as refunded, so the request must say how much is left.
    const amount =
      request.amount ?? (order.lostAmount > 0n && refusal === null ? remainingOf(refundable, others) : null);
    const row = await tx.refund.upsert({
      where: { key },
      create: { ...rowOf(order, request, at), amount, actor, retryOf, attempt: 1, ...(refusal && refusedAs(refusal)) },
      update: { ...REQUESTED, amount, attempt: 1, updatedAt: at, ...(refusal && refusedAs(refusal)) },
    });
    if (refusal !== null) return refusal;
    return { refund: toRefund(row), paymentIntentId: order.paymentIntentId as string, inDoubt: false };
  });
}

/** The stock states in which an order's goods have been sold. */
const SOLD: ReadonlySet<string> = new Set(['COMMITTED', 'RETURNED']);

/** Records that Stripe refused the request. Its amount is available again. */
export async function refuseRefund(
  db: Db,
  { key, refusal, at }: { key: string; refusal: Refusal; at: Date },
): Promise<void> {
  await db.refund.updateMany({ where: { key, status: 'requested' }, data: { ...refusedAs(refusal), updatedAt: at } });
}

/** Records that the order's workflow refused a request before it was sent to Stripe. */
export async function refuseStored(
  db: Db,
  { refusal, at, ...request }: Pick<StaffRequest, 'sessionId' | 'requestKey'> & { refusal: Refusal; at: Date },
): Promise<void> {
  await db.refund.updateMany({
    where: { key: keyOf(request), status: 'requested', attempt: 0 },
    data: { ...refusedAs(refusal), updatedAt: at },
  });
}

/** A request by staff that is waiting for Stripe's answer. */
export interface WaitingRequest {
  sessionId: SessionId;
  requestKey: string;
  request: ReturnType<typeof requestOf>;
}

/** Requests by staff that are waiting for Stripe and were last tried before a time, at most `limit`. */
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
 * A refusal by a rule is remembered under an Idempotency-Key for good, and so is what staff have resolved. A failed
 * refund that is requested again, or one that Stripe refuses, may succeed later.
 */
const isRemembered = ({ status, refusal, refusedAt, requestHash }: RefundRow): boolean =>
  isResolved(status) || (refusal !== null && refusedAt === null && requestHash !== null);

const rememberedOf = ({ status, refusal, refusalReason }: RefundRow): Refusal =>
  isResolved(status)
    ? { code: 'invalid_transition', reason: 'Staff have resolved this refund' }
    : { code: refusal as Refusal['code'], reason: refusalReason ?? '' };

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
