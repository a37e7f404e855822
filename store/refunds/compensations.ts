import { type RefundId, refundId, type SessionId } from '../../domain/ids';
import { isFinal, type Reason } from '../../domain/order';
import { leftOf } from '../../domain/order-money';
import { isReversed, type Refund } from '../../domain/refund';
import { isUnderWay, mustNameAmount, NOTHING_LEFT } from '../../domain/refundable';
import type { Db } from '../database';
import { changeOrder, lockKnownOrder, moneyOf } from '../orders/records';
import { refuseRefund } from './refusals';
import { refundsOf, toRefund } from './rows';
import type { WrittenRefund } from './staff-requests';
import { isByStaff, type WaitingRequest, waitingOf } from './waiting';

export type WrittenCompensation =
  | { outcome: 'nothing-captured' }
  /** Staff have withdrawn it: Holdfast does not ask for it again by itself. */
  | { outcome: 'withdrawn' }
  | { outcome: 'disputed' }
  /** A lost dispute gave the customer what was not refunded: nothing is left to give back. */
  | { outcome: 'lost' }
  /** Everything is refunded or being refunded; by which refund, if it was one of these. */
  | { outcome: 'given'; refundId: RefundId | null }
  /** The refund must name its amount, so Stripe's refunds of this payment must be recorded first. */
  | { outcome: 'to-list'; paymentIntentId: string }
  /** The refund must name its amount, so what Stripe has not answered must be answered first. */
  | { outcome: 'to-finish'; waiting: WaitingRequest[] }
  | ({ outcome: 'to-ask' } & WrittenRefund);

/**
 * Records the refund of everything that is left of an order: the one whose answer is still unknown, which is then in
 * doubt, the one that Stripe refused, or a new attempt if the last one did not refund everything, or has failed since.
 * Under the order's row lock.
 *
 * After a lost dispute, or where staff settled a refund elsewhere, the refund names its amount: Stripe counts only its
 * own refunds, so without one it would give back what the customer already has.
 * @param isListed whether every refund in Stripe's list was recorded just before
 */
export async function writeCompensation(
  db: Db,
  asked: { sessionId: SessionId; reason: Reason; actor: string; isListed: boolean; at: Date },
): Promise<WrittenCompensation> {
  const { sessionId, reason, actor, isListed, at } = asked;
  return db.$transaction(async (tx): Promise<WrittenCompensation> => {
    const order = await lockKnownOrder(tx, sessionId);
    const { paymentIntentId, currency, disputed } = order;
    if (paymentIntentId === null || order.total === 0n) return { outcome: 'nothing-captured' };
    const money = moneyOf(order);
    const refunds = await refundsOf(tx, sessionId);
    const last = lastCompensation(refunds);
    if (last?.status === 'withdrawn' && actor === 'holdfast' && isFinal(order.status)) return { outcome: 'withdrawn' };
    const isOpen = last?.status === 'requested' || last?.status === 'refused';
    if (!isOpen && money.refunded >= money.total) return { outcome: 'given', refundId: madeBy(last) };
    if (disputed) return { outcome: 'disputed' };
    const isNamed = mustNameAmount(money, refunds);
    if (isNamed) {
      if (!isListed) return { outcome: 'to-list', paymentIntentId };
      const waiting = refunds.filter(isUnderWay).map(waitingOf).filter(isByStaff);
      if (waiting.length > 0) return { outcome: 'to-finish', waiting };
    }
    const amount = isNamed ? leftOf(money) : null;
    if (amount === 0) {
      // Stripe's list does not have it, and it is not asked for any more.
      if (last?.status === 'requested') await refuseRefund(tx, { key: last.key, refusal: NOTHING_LEFT, at });
      return order.status === 'REFUNDED' || order.lostAmount === 0n
        ? { outcome: 'given', refundId: madeBy(last) }
        : { outcome: 'lost' };
    }
    if (last !== null && isOpen) {
      const row = await tx.refund.update({
        where: { key: last.key },
        data: { amount, status: 'requested', refusal: null, refusalReason: null, updatedAt: at },
      });
      if (order.cancelRefusal !== null) await changeOrder(tx, order, at, { cancelRefusal: null });
      return { outcome: 'to-ask', refund: toRefund(row), paymentIntentId, inDoubt: true };
    }
    const attempt = (last?.attempt ?? 0) + 1;
    const row = await tx.refund.create({
      data: {
        key: `${sessionId}/rest/${attempt}`,
        ...{ sessionId, amount, currency, reason, actor, attempt, origin: 'COMPENSATION', status: 'requested' },
        retryOf: last !== null && isReversed(last.status) ? last.stripeId : null,
        ...{ createdAt: at, updatedAt: at },
      },
    });
    return { outcome: 'to-ask', refund: toRefund(row), paymentIntentId, inDoubt: false };
  });
}

/** The last attempt to refund everything that is left; null if there was none. */
const lastCompensation = (refunds: Refund[]): Refund | null =>
  refunds.filter(({ origin }) => origin === 'COMPENSATION').toSorted((a, b) => b.attempt - a.attempt)[0] ?? null;

/** The refund at Stripe that an attempt has made; null if there is none, or it failed. */
const madeBy = (last: Refund | null): RefundId | null =>
  last?.stripeId && !isReversed(last.status) ? refundId(last.stripeId) : null;
