import { formatMoney } from './money';
import { isReversed } from './refund';

/**
 * Where a refund stands, in words for staff: the same on the timeline, in the Temporal UI and at `/staff`.
 * @param failureReason Stripe's code for why it failed; null or absent if there is none
 */
export function refundInWords(status: string, failureReason: string | null = null): string {
  const stage = STAGES[status] ?? status;
  const why = failureReason === null ? '' : ` (${whyRefundFailed(failureReason)})`;
  return isReversed(status) ? `${stage}${why}, the money is back with the shop` : stage;
}

/** Stripe's words for a refund, and ours, in plain English. */
const STAGES: Record<string, string> = {
  requested: 'not answered by Stripe yet',
  pending: 'under way',
  requires_action: 'waits for the customer’s bank details, which Stripe has asked for by e-mail',
  succeeded: 'given back',
  failed: 'failed',
  canceled: 'cancelled',
  refused: 'refused',
  withdrawn: 'withdrawn by staff',
  settled_elsewhere: 'settled elsewhere',
};

/**
 * Why a refund failed, as a clause, by Stripe's code. A fixed set of words, because they stand in Temporal too.
 * @param code https://docs.stripe.com/refunds#failed-refunds; Stripe may add to these
 */
export const whyRefundFailed = (code: string): string => WHY[code] ?? UNEXPLAINED;

const UNEXPLAINED = 'Stripe does not explain why';

const WHY: Record<string, string> = {
  charge_for_pending_refund_disputed: 'the customer disputed the payment while the refund was under way',
  declined: 'the bank declined it',
  expired_or_canceled_card: 'the card has expired or was cancelled',
  insufficient_funds: 'the shop’s balance at Stripe did not cover it in time',
  lost_or_stolen_card: 'the card was reported lost or stolen',
  merchant_request: 'the shop asked Stripe to stop it',
  unknown: UNEXPLAINED,
};

/** The same as a sentence. */
export function whyRefundFailedSentence(code: string): string {
  const clause = whyRefundFailed(code);
  return `${clause.charAt(0).toUpperCase()}${clause.slice(1)}.`;
}

/**
 * What is being refunded, for the name of a step or a run.
 * @param amount absent: all that is left
 * @param currency the order's; null or absent where it is not at hand
 */
export function partInWords(amount: number | undefined, currency: string | null = null): string {
  if (amount === undefined) return 'all that is left';
  return currency === null ? 'a part of the money' : formatMoney({ amount, currency });
}
