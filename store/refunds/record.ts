import type { SessionId } from '../../domain/ids';
import { formatMoney } from '../../domain/money';
import { DECISIONS, isFinal, type OrderStatus, type PaymentStatus } from '../../domain/order';
import { leftOf } from '../../domain/order-money';
import { unshipped } from '../../domain/parcel';
import { isCounted, isNews, isReversed, type Refund, refundedOf } from '../../domain/refund';
import { refundInWords } from '../../domain/refund-words';
import { cappedRestock } from '../../domain/refundable';
import type { Refund as RefundRow } from '../../prisma/generated/client';
import type { Db, Tx } from '../database';
import { callForFailure, nextCall } from '../orders/decisions';
import { changeOrder, type LockedOrder, lockKnownOrder, moneyOf, type TimelineEvent } from '../orders/records';
import { undoDelivery } from '../orders/undo';
import { inventory } from '../stock/inventory';
import { refundsOf, toRefund } from './rows';
import { takeWayBack } from './way-back';

/** A refund, as it is at Stripe. */
export interface SeenRefund {
  id: string;
  /** The key of its row, which is in the metadata of refunds that Holdfast requests. */
  key: string | null;
  /** Stripe's status. */
  status: string;
  amount: number;
  currency: string;
  createdAt: Date;
  /** Why it failed: Stripe's code for what the bank says; absent or null if Stripe does not say. */
  failureReason?: string | null;
}

/** The state of an order after one of its refunds was recorded. */
export interface RecordedRefund {
  number: string;
  /** The status of the order. */
  orderStatus: OrderStatus;
  /** The status of the refund, and since when it has it. */
  status: string;
  since: Date;
  /** Stripe's code for why it failed; null if it did not, or Stripe does not say. */
  failureReason: string | null;
  /** Whether all of the order's money is refunded, being refunded, or lost to a dispute. */
  everything: boolean;
}

/** The session of a refund that is recorded; null for one that is not. */
export async function sessionOfRefund(db: Db, stripeId: string): Promise<SessionId | null> {
  const row = await db.refund.findUnique({ where: { stripeId }, select: { sessionId: true } });
  return (row?.sessionId ?? null) as SessionId | null;
}

/**
 * Records one refund and updates the order's refunded amount, in one transaction under the order's row lock, with the
 * restock that was requested with it. If nothing is left of the order's money, the order ends `REFUNDED`: unshipped
 * goods return to stock, and downloads are revoked. If something is left again, because a refund failed or was
 * cancelled, the order gets its earlier status back and needs attention; stock stays returned, and downloads stay
 * revoked. Safe to repeat in any order.
 */
export async function recordRefund(
  db: Db,
  { sessionId, seen, at }: { sessionId: SessionId; seen: SeenRefund; at: Date },
): Promise<RecordedRefund> {
  return db.$transaction(async (tx) => recordSeen(tx, await lockKnownOrder(tx, sessionId), seen, at));
}

/** As `recordRefund`, in a transaction that has locked the order. */
export async function recordSeen(tx: Tx, order: LockedOrder, seen: SeenRefund, at: Date): Promise<RecordedRefund> {
  const { row, before } = await writeRefund(tx, order, seen, at);
  const stage = refundInWords(row.status, row.failureReason);
  return settle(tx, order, { row, before }, at, {
    type: 'refund',
    message: `Refund of ${formatMoney({ amount: seen.amount, currency: seen.currency })}: ${stage}`,
    actor: isReversed(row.status) ? 'stripe' : row.actor, // who asked for it did not make it fail
    key: `refund/${seen.id}/${row.status}`,
  });
}

/** A refund's row as it was just written, with its earlier status (`null` if it is new here). */
export interface WrittenRow {
  row: RefundRow;
  before: string | null;
}

/** Makes an order follow the row of one of its refunds that was just written: its stock, sums, status and decisions. */
export async function settle(
  tx: Tx,
  locked: LockedOrder,
  { row, before }: WrittenRow,
  at: Date,
  event: TimelineEvent,
): Promise<RecordedRefund> {
  const sessionId = locked.sessionId as SessionId;
  let order = locked;
  if (before === 'requested' || before === 'refused') {
    await putBack(tx, order, toRefund(row), at);
    order = await lockKnownOrder(tx, sessionId);
  }
  const { everything, change } = await addUp(tx, order, row, { isNew: before === null || !isCounted(before) });
  if (change.status === 'REFUNDED' && order.status !== 'REFUNDED')
    await undoDelivery(tx, order, { actor: row.actor, at });
  const failedNow = isReversed(row.status) && before !== row.status;
  const isAnswered =
    isAnswer(order, row, before, everything) || (order.attentionStep === DECISIONS.refundRefused && !failedNow);
  await changeOrder(
    tx,
    order,
    at,
    {
      ...change,
      ...(failedNow && callForFailure(order, row, await refundsOf(tx, sessionId), at)),
      ...(isAnswered && nextCall(order, await refundsOf(tx, sessionId), at)),
    },
    event,
  );
  return {
    number: order.number,
    orderStatus: change.status ?? order.status,
    status: row.status,
    since: row.updatedAt,
    failureReason: row.failureReason,
    everything,
  };
}

/** Writes the refund's row from Stripe. */
async function writeRefund(
  tx: Tx,
  { sessionId }: LockedOrder,
  { id, key, status, amount, currency, createdAt, failureReason = null }: SeenRefund,
  at: Date,
): Promise<WrittenRow> {
  const known = await tx.refund.findFirst({
    where: { sessionId, OR: [{ stripeId: id }, ...(key ? [{ key, stripeId: null }] : [])] },
  });
  const seen = {
    ...{ stripeId: id, amount, currency },
    // Stripe has made it now, so whatever was recorded before no longer counts.
    ...((!known?.stripeId || isNews(known.status, status)) && {
      ...{ status, refusal: null, refusalReason: null },
      failureReason: isReversed(status) ? failureReason : null,
    }),
    // A repeat changes nothing, not even the time.
    updatedAt: known?.stripeId === id && known.status === status ? known.updatedAt : at,
  };
  if (known) return { row: await tx.refund.update({ where: { key: known.key }, data: seen }), before: known.status };
  const row = await tx.refund.create({
    data: { key: id, sessionId, origin: 'STRIPE', reason: 'other', actor: 'stripe', createdAt, ...seen, status },
  });
  return { row, before: null };
}

/**
 * Restocks the goods requested with the refund, when it is first recorded, so that neither happens without the other.
 */
async function putBack(
  tx: Tx,
  order: LockedOrder,
  { key, sessionId, restock, actor }: Refund,
  at: Date,
): Promise<void> {
  const lines = cappedRestock(order.items, restock);
  if (lines.length === 0) return;
  await inventory.restock(tx, sessionId, lines, `refund/${key}`, actor, at);
}

interface Standing {
  everything: boolean;
  change: { refunded: number; status?: OrderStatus; paymentStatus?: PaymentStatus };
}

/**
 * Updates an order from all its refunds. A refund that leaves nothing stores the order's earlier status, in case one
 * of them fails. If the rest was lost to a dispute, only a refund that is new ends the order: a repeat must not,
 * because staff decide what a loss means for it.
 */
async function addUp(tx: Tx, order: LockedOrder, row: RefundRow, { isNew }: { isNew: boolean }): Promise<Standing> {
  const sessionId = order.sessionId as SessionId;
  const rows = await tx.refund.findMany({ where: { sessionId } });
  const refunded = refundedOf(rows.map(toRefund));
  const everything = refunded > 0 && leftOf({ ...moneyOf(order), refunded }) === 0;
  const ends = everything && (refunded >= Number(order.total) || (isNew && isCounted(row.status)));
  const untouched = rows.find(({ paymentStatusBefore }) => paymentStatusBefore !== null)?.paymentStatusBefore ?? null;
  if (untouched === null && isCounted(row.status))
    await tx.refund.update({ where: { key: row.key }, data: { paymentStatusBefore: order.paymentStatus } });

  if (ends) {
    if (order.status !== 'REFUNDED')
      await tx.refund.update({ where: { key: row.key }, data: { statusBefore: order.status } });
    return { everything, change: { refunded, status: 'REFUNDED', paymentStatus: 'REFUNDED' } };
  }
  const paymentStatus = refunded > 0 ? 'PARTIALLY_REFUNDED' : (untouched ?? order.paymentStatus);
  if (order.status !== 'REFUNDED') {
    const status = statusAfterRestock(order);
    return { everything, change: { refunded, paymentStatus, ...(status && { status }) } };
  }
  // If a lost dispute ended this order, and not its refunds, it stays ended.
  const status = everything ? null : await takeWayBack(tx, sessionId);
  return { everything, change: status === null ? { refunded } : { refunded, paymentStatus, status } };
}

/**
 * Moves an order that has nothing left to ship after a restock: to `SHIPPED` if some of it was shipped, otherwise to
 * `COMPLETED`.
 */
function statusAfterRestock({ status, stock, items }: LockedOrder): OrderStatus | null {
  if (status !== 'PREPARING' || stock !== 'COMMITTED') return null;
  if (unshipped(items).length > 0) return null;
  return items.some(({ shipped }) => shipped > 0) ? 'SHIPPED' : 'COMPLETED';
}

/**
 * Whether this refund may settle the decision that an earlier failed refund raised: nothing is left to decide, or it
 * was made afterwards. A workflow that runs decides itself about the one that it asks for again.
 */
const isAnswer = (order: LockedOrder, row: RefundRow, before: string | null, everything: boolean): boolean =>
  order.attentionStep === DECISIONS.refundFailed &&
  isCounted(row.status) &&
  !(before !== null && isCounted(before)) &&
  (everything || isFinal(order.status) || row.retryOf === null);
