import type Stripe from 'stripe';
import type { SessionId } from '../../domain/ids';
import { formatMoney } from '../../domain/money';
import { DECISIONS, isFinal, type OrderStatus, type PaymentStatus } from '../../domain/order';
import {
  cappedRestock,
  isCounted,
  isNews,
  isReversed,
  openFailures,
  type RestockLine,
  refundedOf,
} from '../../domain/refund';
import type { Refund } from '../../prisma/generated/client';
import type { Tx } from '../../store/database';
import { changeOrder, type LockedOrder, lockKnownOrder, NO_ATTENTION } from '../../store/orders/records';
import { undoDelivery } from '../../store/orders/undo';
import { inventory } from '../../store/stock/inventory';
import type { Deps } from '../deps';
import { REFUND_KEY } from './stripe-refunds';

/** What stands of an order after a refund of it was recorded. */
export interface RecordedRefund {
  number: string;
  /** Of the order. */
  orderStatus: OrderStatus;
  /** Of the refund, as it is known now. */
  status: string;
  /** Whether all of the order's money is given back, or being given back. */
  everything: boolean;
}

/**
 * Records one refund as Stripe has it and adds up what was given back, in one transaction under the order's row lock, with the restock that was
 * asked for with it. A sum that reaches the total ends the order `REFUNDED`: what is unshipped returns to stock, downloads are revoked. One that
 * falls below it again, because a refund failed or was cancelled, brings back what the order was; stock and downloads stay given back, and the
 * order calls for a person. Safe to repeat, by the asker and the follower, in any order.
 */
export async function recordRefund(
  { db, clock }: Pick<Deps, 'db' | 'clock'>,
  sessionId: SessionId,
  refund: Stripe.Refund,
): Promise<RecordedRefund> {
  const at = new Date(clock.now());
  return db.$transaction(async (tx) => {
    let order = await lockKnownOrder(tx, sessionId);
    const { row, before } = await writeRefund(tx, order, refund, at);
    if (before === 'requested' || before === 'refused') {
      await putBack(tx, order, row, at);
      order = await lockKnownOrder(tx, sessionId);
    }
    const standing = await addUp(tx, order, row);
    if (standing.everything && order.status !== 'REFUNDED') await undoDelivery(tx, order, at);
    const failedNow = isReversed(row.status) && before !== row.status;
    const [failed] = openFailures(await tx.refund.findMany({ where: { sessionId } }), order.total);
    await changeOrder(
      tx,
      order,
      at,
      {
        ...standing.change,
        ...(failedNow && callForRefund(row, at)),
        ...(isAnswer(order, row, before, standing) && (failed ? callForRefund(failed, at) : NO_ATTENTION)),
      },
      {
        type: 'refund',
        message: `Refund of ${formatMoney({ amount: refund.amount, currency: refund.currency })}: ${row.status}`,
        actor: row.actor,
        key: `refund/${refund.id}/${row.status}`,
      },
    );
    const { number } = order;
    const orderStatus = standing.change.status ?? order.status;
    return { number, orderStatus, status: row.status, everything: standing.everything };
  });
}

/** Undoes an order that no money was taken for (a free one, or one whose payment never came). */
export async function undoUnpaid({ db, clock }: Deps, sessionId: SessionId, actor: string): Promise<void> {
  const at = new Date(clock.now());
  await db.$transaction(async (tx) => {
    const order = await lockKnownOrder(tx, sessionId);
    if (order.status === 'CANCELLED') return;
    await undoDelivery(tx, order, at);
    await changeOrder(
      tx,
      order,
      at,
      { status: 'CANCELLED' },
      { type: 'cancelled', message: 'Cancelled; no money was taken', actor },
    );
  });
}

/** The refund's row as Stripe has it, and what it was called before (`null` where it is new here). */
async function writeRefund(
  tx: Tx,
  order: LockedOrder,
  refund: Stripe.Refund,
  at: Date,
): Promise<{ row: Refund; before: string | null }> {
  const { sessionId } = order;
  const asked = refund.metadata?.[REFUND_KEY];
  const known = await tx.refund.findFirst({
    where: { sessionId, OR: [{ stripeId: refund.id }, ...(asked ? [{ key: asked, stripeId: null }] : [])] },
  });
  const status = refund.status ?? 'pending';
  const seen = {
    stripeId: refund.id,
    amount: refund.amount,
    currency: refund.currency,
    ...(isNews(known?.status ?? 'requested', status) && { status, refusal: null, refusalReason: null }),
    // What is told again stands where it stood.
    updatedAt: known?.stripeId === refund.id && known.status === status ? known.updatedAt : at,
  };
  if (known) return { row: await tx.refund.update({ where: { key: known.key }, data: seen }), before: known.status };
  const row = await tx.refund.create({
    data: {
      key: refund.id,
      sessionId,
      origin: 'STRIPE',
      reason: 'other',
      actor: 'stripe',
      createdAt: new Date(refund.created * 1000),
      ...seen,
      status,
    },
  });
  return { row, before: null };
}

/** Goods that were to go back with the refund go back with its first record, so that neither is ever without the other. */
async function putBack(tx: Tx, order: LockedOrder, { key, restock, actor }: Refund, at: Date): Promise<void> {
  const lines = cappedRestock(order.items, linesOf(restock));
  if (lines.length === 0) return;
  await inventory.restock(tx, order.sessionId as SessionId, lines, `refund/${key}`, actor, at);
}

/** The lines of a row's `restock`. */
export const linesOf = (restock: Refund['restock']): RestockLine[] => (restock ?? []) as unknown as RestockLine[];

interface Standing {
  everything: boolean;
  change: { refunded: number; status?: OrderStatus; paymentStatus?: PaymentStatus };
}

/** What the refunds of an order make of it. The one that empties it keeps what it was, until one of them fails. */
async function addUp(tx: Tx, order: LockedOrder, row: Refund): Promise<Standing> {
  const { sessionId } = order;
  const rows = await tx.refund.findMany({ where: { sessionId } });
  const refunded = refundedOf(rows);
  const everything = refunded > 0 && refunded >= Number(order.total);
  const untouched = rows.find(({ paymentStatusBefore }) => paymentStatusBefore !== null)?.paymentStatusBefore ?? null;
  if (untouched === null && isCounted(row.status))
    await tx.refund.update({ where: { key: row.key }, data: { paymentStatusBefore: order.paymentStatus } });

  if (everything) {
    if (order.status !== 'REFUNDED')
      await tx.refund.update({ where: { key: row.key }, data: { statusBefore: order.status } });
    return { everything, change: { refunded, status: 'REFUNDED', paymentStatus: 'REFUNDED' } };
  }
  const paymentStatus = refunded > 0 ? 'PARTIALLY_REFUNDED' : (untouched ?? order.paymentStatus);
  if (order.status !== 'REFUNDED') {
    const status = restedStatus(order);
    return { everything, change: { refunded, paymentStatus, ...(status && { status }) } };
  }
  const emptied = rows.find(({ statusBefore }) => statusBefore !== null);
  // It did not end by refunds but by a bank's decision, and stays ended.
  if (!emptied?.statusBefore) return { everything, change: { refunded } };
  await tx.refund.update({ where: { key: emptied.key }, data: { statusBefore: null } });
  return { everything, change: { refunded, paymentStatus, status: emptied.statusBefore } };
}

/** Where goods that went back leave an order with nothing more to ship: what was to leave has left, or all there was to do is done. */
function restedStatus({ status, stock, items }: LockedOrder): OrderStatus | null {
  if (status !== 'PREPARING' || stock !== 'COMMITTED') return null;
  const goods = items.filter(({ kind }) => kind === 'PHYSICAL');
  if (goods.some(({ quantity, shipped, restocked }) => quantity - shipped - restocked > 0)) return null;
  return goods.some(({ shipped }) => shipped > 0) ? 'SHIPPED' : 'COMPLETED';
}

/** A refund that did not go through wants a decision. */
export const callForRefund = ({ stripeId, status }: Refund, at: Date) => ({
  attentionStep: DECISIONS.refundFailed,
  attentionReason: `The refund ${stripeId} is ${status}: the money is back with us`,
  attentionSince: at,
});

/**
 * Whether this refund answers the call that an earlier one made: it leaves nothing to decide, or it was asked for since, of an order that no
 * workflow minds any more.
 */
const isAnswer = (order: LockedOrder, row: Refund, before: string | null, { everything }: Standing): boolean =>
  order.attentionStep === DECISIONS.refundFailed &&
  isCounted(row.status) &&
  !(before !== null && isCounted(before)) &&
  (everything || isFinal(order.status));
