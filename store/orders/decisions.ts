import { DECISIONS, type Decision } from '../../domain/order';
import type { Tx } from '../database';
import { changeOrder, type LockedOrder } from './records';

/**
 * Calls staff to decide about an order, in the transaction that found out why: it is raised once, however often the fact is told. A refund that
 * failed is decided about first: the money is back here, and nothing else may take its place in their sight.
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

/** The call to staff about a refund that did not go through. */
export const callForRefund = ({ stripeId, status }: { stripeId: string | null; status: string }, at: Date) => ({
  attentionStep: DECISIONS.refundFailed,
  attentionReason: `The refund ${stripeId} is ${status}: the shop has the money again`,
  attentionSince: at,
});

/** Whether `cancel` still makes sense: the order has not ended, and not all of it has left. */
export const isCancellable = ({ status }: Pick<LockedOrder, 'status'>): boolean =>
  status === 'PENDING' || status === 'PAID' || status === 'PREPARING';
