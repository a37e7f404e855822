import { DECISIONS, type Decision } from '../../domain/order';
import type { Tx } from '../database';
import { changeOrder, type LockedOrder } from './records';

/**
 * Raises a decision for staff, in the transaction that records the reason. It is raised once, however often the fact is
 * reported. A failed refund comes first, because the shop has money that is not its own: nothing else may replace it.
 */
export async function callForDecision(
  tx: Tx,
  order: LockedOrder,
  at: Date,
  { step, reason }: { step: Decision; reason: string },
): Promise<void> {
  await changeOrder(
    tx,
    order,
    at,
    order.attentionStep === DECISIONS.refundFailed
      ? {}
      : { attentionStep: step, attentionReason: reason, attentionSince: at },
    {
      type: 'attention',
      message: `Needs attention at “${step}”: ${reason}`,
      actor: 'holdfast',
      key: `attention/${step}/${at.getTime()}`,
    },
  );
}

/** The decision about a failed refund. */
export const callForRefund = ({ stripeId, status }: { stripeId: string | null; status: string }, at: Date) => ({
  attentionStep: DECISIONS.refundFailed,
  attentionReason: `The refund ${stripeId} is ${status}: the shop has the money again`,
  attentionSince: at,
});

/** Whether the order can still be cancelled: it has not ended, and not everything has been shipped. */
export const isCancellable = ({ status }: Pick<LockedOrder, 'status'>): boolean =>
  status === 'PENDING' || status === 'PAID' || status === 'PREPARING';
