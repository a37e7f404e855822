import { whyInBrackets } from '../../domain/codes-in-words';
import type { SessionId } from '../../domain/ids';
import type { Reason } from '../../domain/order';
import {
  againKey,
  isRefusedByStripe,
  isResolved,
  isReversed,
  type Refund,
  type RestockLine,
  staffRefundKey,
} from '../../domain/refund';
import {
  aheadOf,
  mustNameAmount,
  NOTHING_PAID,
  type Refusal,
  remainingOf,
  whyNotAmount,
  whyNotRefund,
} from '../../domain/refundable';
import { Prisma, type Refund as RefundRow } from '../../prisma/generated/client';
import type { Db, Tx } from '../database';
import { type LockedOrder, lockKnownOrder, moneyOf, note } from '../orders/records';
import { isAnswered, refuseAnswered, refusedAs } from './refusals';
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

export type WrittenRequest =
  | ({ outcome: 'to-ask' } & WrittenRefund)
  /** The refund must name its amount, so Stripe's refunds of this payment must be recorded first. */
  | { outcome: 'to-list'; paymentIntentId: string }
  /** A rule of ours refuses it. */
  | ({ outcome: 'refused' } & Refusal)
  /** As `refused`, after staff were told that it is requested: it stands beside the order, as one by Stripe does. */
  | { outcome: 'refused-late'; since: Date };

const keyOf = ({ sessionId, requestKey }: Pick<StaffRequest, 'sessionId' | 'requestKey'>): string =>
  staffRefundKey(sessionId, requestKey);

/**
 * Stores a request before a workflow takes it up, with the note of staff on the timeline. A repeat finds what is
 * stored. A request that a rule refused was never made, so its key starts afresh. Throws if there is no such order.
 *
 * Nothing is stored beside a request that waits, if that leaves too little: what is stored counts as requested from
 * then on. All other rules are the workflow's.
 * @param requestHash the hash of the whole request, the note included
 * @param actor the name of who makes it
 * @returns the refusal; null if the key was used for another request
 */
export const storeRequest = (db: Db, request: NewRequest): Promise<Refund | Refusal | null> =>
  db.$transaction(async (tx) => (await whyNotStored(tx, request)) ?? storeRequestIn(tx, request));

async function whyNotStored(tx: Tx, request: NewRequest): Promise<Refusal | null> {
  const order = await lockKnownOrder(tx, request.sessionId);
  const all = await refundsOf(tx, request.sessionId);
  const key = keyOf(request);
  const own = all.find((one) => one.key === key);
  if (own && !(own.status === 'refused' && own.refusedAt === null)) return null; // a repeat, or another's key
  if (!all.some(({ status }) => status === 'requested')) return null;
  return whyNotAmount(toRefundable(order), all, request.amount);
}

type NewRequest = StaffRequest & { requestHash: string; remark?: string | undefined; actor: string; at: Date };

/** As `storeRequest`, in the transaction of what it follows from. */
export async function storeRequestIn(
  tx: Tx,
  { requestHash, remark, actor, at, ...request }: NewRequest,
): Promise<Refund | null> {
  const { sessionId, requestKey, reason } = request;
  const key = keyOf(request);
  const order = await tx.order.findUniqueOrThrow({
    where: { sessionId },
    select: { sessionId: true, currency: true },
  });
  const asked = { ...rowOf(order, request, at), requestHash, attempt: 0 };
  const { count: created } = await tx.refund.createMany({
    data: [{ ...asked, actor }],
    skipDuplicates: true,
  });
  const { count: reopened } =
    created === 1
      ? { count: 0 }
      : await tx.refund.updateMany({
          where: { key, status: 'refused', refusedAt: null },
          data: { ...asked, ...REQUESTED, actor, restock: asked.restock ?? Prisma.DbNull },
        });
  const row = await tx.refund.findUniqueOrThrow({ where: { key } });
  if (created + reopened === 1 && remark !== undefined)
    await note(tx, sessionId, at, {
      ...{ type: 'note', message: `Asked to refund${whyInBrackets(reason)}`, note: remark },
      ...{ actor, key: `note/refund/${requestKey}${row.refusals === 0 ? '' : `/${row.refusals}`}` },
    });
  return row.requestHash === requestHash ? toRefund(row) : null;
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
 * Reserves the amount that staff request, or records the refusal. Under the order's row lock, so that no two requests
 * claim the same money.
 * @param isListed whether every refund in Stripe's list was recorded just before
 */
export async function writeRequest(
  db: Db,
  { actor, at, isListed, ...request }: StaffRequest & { actor: string; at: Date; isListed: boolean },
): Promise<WrittenRequest> {
  const { sessionId, requestKey } = request;
  const key = keyOf(request);
  return db.$transaction(async (tx) => {
    const order = await lockKnownOrder(tx, sessionId);
    const own = await tx.refund.findUnique({ where: { key } });
    if (own && isRemembered(own)) return { outcome: 'refused', ...rememberedOf(own) };
    const all = await refundsOf(tx, sessionId);
    const others = aheadOf(all, own);
    const retryOf =
      all.find((one) => isReversed(one.status) && againKey(one.stripeId) === requestKey)?.stripeId ?? null;
    const refundable = toRefundable(order);
    const refusal = whyNotRefund(refundable, others, request);
    // What stands beside the order stays until staff resolve it, even if one of our rules now refuses to ask again.
    if (refusal !== null && own && isRefusedByStripe(own)) return { outcome: 'refused', ...refusal };
    if (refusal !== null && own && isAnswered(own, at))
      return { outcome: 'refused-late', ...(await refuseAnswered(tx, order, { key, refusal, at })) };
    const isNamed = refusal === null && mustNameAmount(refundable, others);
    const paymentIntentId = order.paymentIntentId as string;
    if (isNamed && !isListed) return { outcome: 'to-list', paymentIntentId };
    const amount = request.amount ?? (isNamed ? remainingOf(refundable, others) : null);
    const row = await tx.refund.upsert({
      where: { key },
      create: {
        ...{ ...rowOf(order, request, at), amount, actor, retryOf, attempt: 1 },
        ...(refusal && { ...refusedAs(refusal), refusals: 1 }),
      },
      update: { ...REQUESTED, amount, attempt: 1, updatedAt: at, ...(refusal && refusedAs(refusal)) },
    });
    if (refusal !== null) return { outcome: 'refused', ...refusal };
    return { outcome: 'to-ask', refund: toRefund(row), paymentIntentId, inDoubt: false };
  });
}

/**
 * Stores a request and reserves its amount at once, in a transaction that has locked the order. It counts as sent, so
 * Stripe's list is read before Stripe is asked.
 * @param amount what is wanted; `orLess`: what is left will do where that is less
 * @returns the refusal by a rule, and nothing is written; or the refund
 */
export async function reserveRequest(
  tx: Tx,
  order: LockedOrder,
  {
    orLess,
    requestHash,
    actor,
    at,
    ...request
  }: StaffRequest & { amount: number; orLess: boolean; requestHash: string | null; actor: string; at: Date },
): Promise<Refusal | Refund> {
  const others = await refundsOf(tx, request.sessionId);
  const refundable = toRefundable(order);
  const amount = orLess ? Math.min(request.amount, remainingOf(refundable, others)) : request.amount;
  const refusal = whyNotRefund(refundable, others, { ...request, amount }) ?? (amount === 0 ? NOTHING_PAID : null);
  if (refusal !== null) return refusal;
  const row = rowOf(order, { ...request, amount }, at);
  return toRefund(await tx.refund.create({ data: { ...row, requestHash, actor, attempt: 1 } }));
}

const toRefundable = (order: LockedOrder) => ({ ...order, ...moneyOf(order), sold: SOLD.has(order.stock) });

/** The stock states in which an order's goods have been sold. */
const SOLD: ReadonlySet<string> = new Set(['COMMITTED', 'RETURNED']);

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

const REQUESTED = { status: 'requested', refusal: null, refusalReason: null };

/**
 * Whether a run must not ask for it: staff have resolved it, or a rule refused it, which staff have heard, so only a
 * new request of theirs may make it. A failed refund that is requested again, or one that Stripe refuses, may succeed
 * later.
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
