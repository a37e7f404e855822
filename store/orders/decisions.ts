import { type Call, FOLLOW, hasCall, reportsOf, withCall } from '../../domain/calls';
import type { SessionId } from '../../domain/ids';
import { formatMoney } from '../../domain/money';
import { DECISIONS, type Decision, isDecision } from '../../domain/order';
import { refundableOf } from '../../domain/order-money';
import { openFailures, openRefusals, type Refund } from '../../domain/refund';
import { whyRefundFailed } from '../../domain/refund-words';
import { isRule } from '../../domain/refundable';
import type { Tx } from '../database';
import { refundsOf } from '../refunds/rows';
import { changeOrder, type LockedOrder, moneyOf, NO_ATTENTION } from './records';

/**
 * Calls staff to decide, in the transaction that records the reason. The call stands beside all others until it is
 * answered. It is raised once, however often the fact is reported.
 * @param call `subject` is Stripe's id of what was reported; `beside`: the other calls, where this report changes them
 */
export async function callForDecision(
  tx: Tx,
  order: LockedOrder,
  at: Date,
  {
    step,
    subject,
    reason,
    beside = callsOf(order),
  }: { step: Decision; subject: string; reason: string; beside?: Call[] },
): Promise<void> {
  const calls = withCall(beside, { step, subject, reason, since: at.toISOString() });
  await changeOrder(tx, order, at, await callsChange(tx, order, calls, at), {
    type: 'attention',
    message: `Needs attention at “${step}”: ${reason}`,
    actor: 'holdfast',
    key: `attention/${step}/${at.getTime()}`,
  });
}

/** The columns of an order once its calls are these: the calls, and the foremost of what it needs staff for. */
export async function callsChange(tx: Tx, order: LockedOrder, calls: Call[], at: Date) {
  return {
    calls: columnOf(calls),
    ...nextCall({ ...order, calls: columnOf(calls) }, await refundsOf(tx, order.sessionId as SessionId), at),
  };
}

/** The calls of an order that stand. */
export const callsOf = ({ calls }: Pick<LockedOrder, 'calls'>): Call[] => calls as unknown as Call[];

const columnOf = (calls: readonly Call[]) => calls.map((call) => ({ ...call }));

/** Whether the pending decision is about a refund that failed or was refused. */
export const isAboutRefunds = (step: string | null): boolean =>
  step === DECISIONS.refundFailed || step === DECISIONS.refundRefused;

type CalledOrder = Pick<
  LockedOrder,
  'total' | 'refunded' | 'lostAmount' | 'currency' | 'attentionStep' | 'attentionSince' | 'calls'
>;

/**
 * The columns that show the foremost of what an order needs staff for: its latest failed refund, its oldest refused
 * one, or the foremost of its other calls. A refund about which nothing can be done any more, because nothing is left,
 * does not need staff. A step of the order itself that is parked gives way to a decision, not to a workflow beside it.
 */
export function nextCall(order: CalledOrder, refunds: Refund[], at: Date) {
  const calls = callsOf(order);
  const refundable = refundableOf(moneyOf(order));
  const failed = openFailures(refunds, refundable)
    .map(({ stripeId }) => calls.find((call) => call.step === DECISIONS.refundFailed && call.subject === stripeId))
    .find((call) => call !== undefined);
  if (failed) return shown(failed);
  const [refused] = openRefusals(refunds, refundable);
  if (refused) return callForRefusal(order, refused, at);
  const [report] = reportsOf(calls);
  if (report) return shown(report);
  const isOfACall = order.attentionStep !== null && (isDecision(order.attentionStep) || order.attentionStep === FOLLOW);
  if (order.attentionStep !== null && !isOfACall) return {};
  const stuck = calls.find(({ step }) => step === FOLLOW);
  return stuck ? shown(stuck) : NO_ATTENTION;
}

const shown = ({ step, reason, since }: Call) => ({
  attentionStep: step,
  attentionReason: reason,
  attentionSince: new Date(since),
});

/**
 * The decision about a refund that is refused for good. Its reason is the same however often Stripe is asked.
 *
 * A refusal by a rule has words of its own, not Stripe's free text: they may stand in Temporal.
 */
export function callForRefusal(order: CalledOrder, { amount, refusal }: Refund, at: Date) {
  const what = amount === null ? 'all that is left' : formatMoney({ amount, currency: order.currency });
  const stands = order.attentionStep === DECISIONS.refundRefused && order.attentionSince !== null;
  return {
    attentionStep: DECISIONS.refundRefused,
    attentionReason:
      refusal !== null && isRule(refusal.code)
        ? `The refund of ${what} that waited is refused: ${refusal.reason}`
        : `Stripe refuses to refund ${what}: “${refusal?.reason ?? ''}”`,
    attentionSince: stands ? order.attentionSince : at,
  };
}

/** The columns of an order one of whose refunds has just failed. */
export function callForFailure(
  order: CalledOrder,
  { stripeId, status, failureReason }: { stripeId: string | null; status: string; failureReason: string | null },
  refunds: Refund[],
  at: Date,
) {
  const why = failureReason === null ? '' : ` (${whyRefundFailed(failureReason)})`;
  const call: Call = {
    step: DECISIONS.refundFailed,
    subject: stripeId ?? '',
    reason: `The refund ${stripeId} ${status === 'canceled' ? 'was cancelled' : 'failed'}${why}: the shop has the money again`,
    since: at.toISOString(),
  };
  // A refund that fails once more has failed anew.
  const others = callsOf(order).filter((one) => !hasCall([call], one));
  const calls = columnOf(withCall(others, call));
  return { calls, ...nextCall({ ...order, calls }, refunds, at) };
}

/** Whether the order can still be cancelled: it has not ended, and not everything has been shipped. */
export const isCancellable = ({ status }: Pick<LockedOrder, 'status'>): boolean =>
  status === 'PENDING' || status === 'PAID' || status === 'PREPARING';
