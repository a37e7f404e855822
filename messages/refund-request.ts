import type { RefundId, SessionId } from '../domain/ids';
import { TASK_QUEUES } from './names';
import type { RefundRequest } from './order';
import { asOftenAsNeeded, oncePerId } from './policies';

/** A request to refund an order whose workflow has ended. */
export interface RefundRequestInput {
  sessionId: SessionId;
  /** The hash of the staff's Idempotency-Key, or the id of the failed refund that is requested again. */
  key: string;
  /** Absent: the same as the refund that failed last. */
  request?: RefundRequest;
}

/** The result, in codes only. Everything else is in the database. */
export type RefundRequestResult = { outcome: 'refunded'; refundId: RefundId } | { outcome: 'refused'; code: string };

/** The workflow id of one refund request. */
export const refundRequestId = (sessionId: SessionId, key: string): string => `refund/${sessionId}/${key}`;

/**
 * The start options of a refund request: one run per key. A failed refund can be requested again any number of times.
 */
export const refundRequestStart = (input: RefundRequestInput) => ({
  workflowId: refundRequestId(input.sessionId, input.key),
  taskQueue: TASK_QUEUES.orders,
  args: [input] as [RefundRequestInput],
  ...(input.request ? oncePerId : asOftenAsNeeded),
  staticSummary: `Gives back ${input.request ? (input.request.amount ?? 'all that is left') : 'what a failed refund did not'}`,
});
