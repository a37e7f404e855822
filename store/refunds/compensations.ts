import { type RefundId, refundId, type SessionId } from '../../domain/ids';
import { isFinal, type Reason } from '../../domain/order';
import { leftOf } from '../../domain/order-money';
import { isReversed } from '../../domain/refund';
import type { Db } from '../database';
import { changeOrder, lockKnownOrder, moneyOf } from '../orders/records';
import { toRefund } from './rows';
import type { WrittenRefund } from './staff-requests';

export type WrittenCompensation =
  | { outcome: 'nothing-captured' }
  /** Staff have withdrawn it: Holdfast does not ask for it again by itself. */
  | { outcome: 'withdrawn' }
  | { outcome: 'disputed' }
  /** A lost dispute gave the customer what was not refunded: nothing is left to give back. */
  | { outcome: 'lost' }
  /** Everything is refunded or being refunded; by which refund, if it was one of these. */
  | { outcome: 'given'; refundId: RefundId | null }
  | ({ outcome: 'to-ask' } & WrittenRefund);

/**
 * Records the refund of everything that is left of an order: the one whose answer is still unknown, which is then in
 * doubt, the one that Stripe refused, or a new attempt if the last one did not refund everything, or has failed since.
 * Under the order's row lock.
 *
 * After a lost dispute the refund names its amount: Stripe counts only its refunds, so without one it would give back
 * what the customer already has.
 */
export async function writeCompensation(
  db: Db,
  { sessionId, reason, actor, at }: { sessionId: SessionId; reason: Reason; actor: string; at: Date },
): Promise<WrittenCompensation> {
  return db.$transaction(async (tx): Promise<WrittenCompensation> => {
    const order = await lockKnownOrder(tx, sessionId);
    const { paymentIntentId, currency, disputed } = order;
    if (paymentIntentId === null || order.total === 0n) return { outcome: 'nothing-captured' };
    const money = moneyOf(order);
    const amount = order.lostAmount > 0n ? BigInt(leftOf(money)) : null;
    const last = await tx.refund.findFirst({
      where: { sessionId, origin: 'COMPENSATION' },
      orderBy: { attempt: 'desc' },
    });
    if (last?.status === 'withdrawn' && actor === 'holdfast' && isFinal(order.status)) return { outcome: 'withdrawn' };
    if (last?.status === 'requested' || last?.status === 'refused') {
      if (disputed) return { outcome: 'disputed' };
      if (amount === 0n) return { outcome: 'lost' };
      const row = await tx.refund.update({
        where: { key: last.key },
        data: { amount, status: 'requested', refusal: null, refusalReason: null, updatedAt: at },
      });
      if (order.cancelRefusal !== null) await changeOrder(tx, order, at, { cancelRefusal: null });
      return { outcome: 'to-ask', refund: toRefund(row), paymentIntentId, inDoubt: true };
    }
    const failed = last !== null && isReversed(last.status);
    if (money.refunded >= money.total)
      return { outcome: 'given', refundId: last?.stripeId && !failed ? refundId(last.stripeId) : null };
    if (disputed) return { outcome: 'disputed' };
    if (amount === 0n) return { outcome: 'lost' };
    const attempt = (last?.attempt ?? 0) + 1;
    const row = await tx.refund.create({
      data: {
        key: `${sessionId}/rest/${attempt}`,
        ...{ sessionId, amount, currency, reason, actor, attempt, origin: 'COMPENSATION', status: 'requested' },
        retryOf: failed ? last.stripeId : null,
        ...{ createdAt: at, updatedAt: at },
      },
    });
    return { outcome: 'to-ask', refund: toRefund(row), paymentIntentId, inDoubt: false };
  });
}
