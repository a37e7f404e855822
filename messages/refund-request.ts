import type { RefundId, SessionId } from '../domain/ids';
import { partInWords } from '../domain/refund-words';
import { TASK_QUEUES } from './names';
import type { RefundRequest, RefundResolution } from './order';
import { asOftenAsNeeded, oncePerId } from './policies';

/** A request about the refunds of an order whose workflow has ended. */
export interface RefundRequestInput {
  sessionId: SessionId;
  /** The hash of the staff's Idempotency-Key, or the key of what is requested again. */
  key: string;
  /** A new refund. Without it and `resolve`, the last failed refund, or all that Stripe refused, is requested again. */
  request?: RefundRequest;
  /** The order's, for what staff read; absent where it was not at hand. */
  currency?: string;
  /** How staff resolve a refund that failed or was refused. */
  resolve?: RefundResolution;
}

/** The key under which the refunds that Stripe refuses, or has not answered since, are requested again. */
export const REFUSED_AGAIN = 'refused-again';

/** The result, without personal data. Everything else is in the database. */
export type RefundRequestResult =
  | { outcome: 'refunded'; refundId: RefundId | null }
  /** Refused by a rule: `code` is the API's. `reason` is a sentence without personal data. */
  | { outcome: 'refused'; code: string; reason: string }
  /** Refused by Stripe for good. The refusal stands beside the order. */
  | { outcome: 'refused-by-stripe' }
  | { outcome: 'resolved' };

/** The workflow id of one refund request. */
export const refundRequestId = (sessionId: SessionId, key: string): string => `refund/${sessionId}/${key}`;

/**
 * The start options of a refund request: one run per key. A refund that failed or was refused can be requested again
 * any number of times.
 * @param again the database says that the refund is still to be made, so a completed run does not count
 */
export const refundRequestStart = (input: RefundRequestInput, { again = false } = {}) => ({
  workflowId: refundRequestId(input.sessionId, input.key),
  taskQueue: TASK_QUEUES.orders,
  args: [input] as [RefundRequestInput],
  ...((input.request || input.resolve) && !again ? oncePerId : asOftenAsNeeded),
  staticSummary: summaryOf(input),
});

function summaryOf({ request, resolve, currency }: RefundRequestInput): string {
  if (resolve) return `Resolves a refund: ${resolve.how}`;
  return `Gives back ${request ? partInWords(request.amount, currency) : 'what an earlier refund did not'}`;
}
