import { formatMoney } from '../../domain/money';
import { DECISIONS, type Decision } from '../../domain/order';
import { refundableOf } from '../../domain/order-money';
import { openFailures, openRefusals, type Refund } from '../../domain/refund';
import type { Tx } from '../database';
import { changeOrder, type LockedOrder, moneyOf, NO_ATTENTION } from './records';

/**
 * Raises a decision for staff, in the transaction that records the reason. It is raised once, however often the fact is
 * reported. A failed or refused refund comes first, because the shop has the customer's money: no other decision
 * may replace it.
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
    isAboutRefunds(order.attentionStep) ? {} : { attentionStep: step, attentionReason: reason, attentionSince: at },
    {
      type: 'attention',
      message: `Needs attention at “${step}”: ${reason}`,
      actor: 'holdfast',
      key: `attention/${step}/${at.getTime()}`,
    },
  );
}

/** Whether the pending decision is about a refund that failed or was refused. */
export const isAboutRefunds = (step: string | null): boolean =>
  step === DECISIONS.refundFailed || step === DECISIONS.refundRefused;

type OrderOfRefunds = Pick<
  LockedOrder,
  'total' | 'refunded' | 'lostAmount' | 'currency' | 'attentionStep' | 'attentionSince' | 'fraudWarning'
>;

/**
 * What is left to decide after a decision about an order's refunds: the latest failed refund, the oldest refused one,
 * or a fraud warning that waited behind them. A refusal that is still open keeps its time.
 */
export function nextCall(order: OrderOfRefunds, refunds: Refund[], at: Date) {
  const refundable = refundableOf(moneyOf(order));
  const [failed] = openFailures(refunds, refundable);
  if (failed) return callForRefund(failed, at);
  const [refused] = openRefusals(refunds, refundable);
  if (refused) return callForRefusal(order, refused, at);
  return order.fraudWarning ? callForWarning(at) : NO_ATTENTION;
}

/** The decision about a refund that Stripe refuses for good. Its reason is the same however often Stripe is asked. */
export function callForRefusal(order: OrderOfRefunds, { amount, refusal }: Refund, at: Date) {
  const what = amount === null ? 'all that is left' : formatMoney({ amount, currency: order.currency });
  const stands = order.attentionStep === DECISIONS.refundRefused && order.attentionSince !== null;
  return {
    attentionStep: DECISIONS.refundRefused,
    attentionReason: `Stripe refuses to refund ${what}: “${refusal?.reason ?? ''}”`,
    attentionSince: stands ? order.attentionSince : at,
  };
}

/** The decision about a fraud warning that waited behind another one. */
const callForWarning = (at: Date) => ({
  attentionStep: DECISIONS.fraudWarning,
  attentionReason:
    'Stripe warns of fraud: cancel gives the money back before a dispute can cost it; retry ships all the same',
  attentionSince: at,
});

/** The decision about a failed refund. */
export const callForRefund = ({ stripeId, status }: { stripeId: string | null; status: string }, at: Date) => ({
  attentionStep: DECISIONS.refundFailed,
  attentionReason: `The refund ${stripeId} is ${status}: the shop has the money again`,
  attentionSince: at,
});

/** Whether the order can still be cancelled: it has not ended, and not everything has been shipped. */
export const isCancellable = ({ status }: Pick<LockedOrder, 'status'>): boolean =>
  status === 'PENDING' || status === 'PAID' || status === 'PREPARING';
