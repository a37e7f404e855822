import { endedLostInWords } from '../../domain/happened';
import type { SessionId } from '../../domain/ids';
import { DECISIONS, type Decision, isFinal, type OrderStatus } from '../../domain/order';
import { leftOf } from '../../domain/order-money';
import type { Db } from '../database';
import { inventory } from '../stock/inventory';
import { callsChange, callsOf } from './decisions';
import { changeOrder, isCancelling, lockKnownOrder, moneyOf, NO_ATTENTION, type TimelineEvent } from './records';
import { readCanceller } from './request-actors';
import { undoDelivery } from './undo';

export interface UnpaidEnd {
  sessionId: SessionId;
  status: OrderStatus;
  /** A delayed payment has failed. */
  paymentFailed: boolean;
  /** Until when the recovery link works; null for no link. */
  recoverableUntil: Date | null;
  event: TimelineEvent;
  /** What the timeline says instead where staff had it cancelled, and the hold ended only because of that. */
  ifCancelled: string;
  at: Date;
}

/** Ends an order that was not paid, and releases its stock. An order that has already ended is returned as it is. */
export async function endUnpaid(
  db: Db,
  { sessionId, status, paymentFailed, recoverableUntil, event, ifCancelled, at }: UnpaidEnd,
): Promise<OrderStatus> {
  return db.$transaction(async (tx) => {
    const order = await lockKnownOrder(tx, sessionId);
    if (isFinal(order.status)) return order.status;
    // A recorded cancel decides how the order ends, even if this run does not know of it.
    const cancelled = isCancelling(order);
    const end: OrderStatus = cancelled ? 'CANCELLED' : status;
    const change = {
      status: end,
      ...(order.stock === 'HELD' && { stock: 'RELEASED' as const }),
      // A payment that was on its way and brought no money has failed, even if staff cancelled meanwhile.
      ...((paymentFailed || order.paymentStatus === 'PROCESSING') && { paymentStatus: 'FAILED' as const }),
      // An agent's customer was never at this shop's checkout, so there is no cart to come back to.
      ...(recoverableUntil && !cancelled && (order.origin === 'CHECKOUT' || paymentFailed) && { recoverableUntil }),
    };
    const byStaff = cancelled && status === 'EXPIRED' && !paymentFailed;
    const told = { type: 'cancelled', message: ifCancelled };
    const canceller = cancelled ? await readCanceller(tx, sessionId) : null;
    await changeOrder(tx, order, at, change, byStaff && canceller ? { ...told, actor: canceller } : event);
    await inventory.release(tx, sessionId, at, canceller ?? undefined);
    return end;
  });
}

/** Releases the stock while money may still come. The order stays as it is. */
export async function releaseHold(
  db: Db,
  { sessionId, why, at }: { sessionId: SessionId; why: string; at: Date },
): Promise<void> {
  await db.$transaction(async (tx) => {
    const order = await lockKnownOrder(tx, sessionId);
    if (order.stock !== 'HELD') return;
    const event = { type: 'released', message: `Stock released: ${why}`, actor: 'holdfast' };
    await changeOrder(tx, order, at, { stock: 'RELEASED' }, event);
    await inventory.release(tx, sessionId, at);
  });
}

/**
 * Ends an order whose money the bank has taken. Unshipped goods return to stock. The earlier status is kept, in case
 * the money comes back. Changes nothing while some of the money is left.
 */
export async function endLost(
  db: Db,
  { sessionId, actor, at }: { sessionId: SessionId; actor: string; at: Date },
): Promise<OrderStatus> {
  return db.$transaction(async (tx) => {
    const order = await lockKnownOrder(tx, sessionId);
    if (order.status === 'REFUNDED' || order.disputed || leftOf(moneyOf(order)) > 0) return order.status;
    await undoDelivery(tx, order, { actor, at, byDispute: true });
    // The cancel answers the loss, and nothing of the order ships any more. What else calls staff stands.
    const calls = callsOf(order).filter(({ step }) => !ANSWERED_BY_END.some((one) => one === step));
    const answered = { fraudWarning: false, ...(await callsChange(tx, { ...order, ...NO_ATTENTION }, calls, at)) };
    const message = endedLostInWords({ ...moneyOf(order), currency: order.currency });
    await changeOrder(
      tx,
      order,
      at,
      { status: 'REFUNDED', paymentStatus: 'REFUNDED', statusBeforeLoss: order.status, ...answered },
      { type: 'cancelled', message, actor, key: `cancelled/${at.getTime()}` },
    );
    return 'REFUNDED';
  });
}

/** The calls that a cancel answers when no money is left. */
const ANSWERED_BY_END: readonly Decision[] = [DECISIONS.disputeLost, DECISIONS.reviewClosed, DECISIONS.fraudWarning];
