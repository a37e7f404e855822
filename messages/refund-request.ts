import type { RefundId, SessionId } from '../domain/ids';
import { TASK_QUEUES } from './names';
import type { RefundRequest } from './order';
import { asOftenAsNeeded, oncePerId } from './policies';

/** Of an order whose workflow has ended. */
export interface RefundRequestInput {
  sessionId: SessionId;
  /** The hash of the Idempotency-Key under which staff asked, or the refund that failed and is asked for anew. */
  key: string;
  /** Absent: what the refund that failed last was to give back. */
  request?: RefundRequest;
}

/** What came of it, in codes: the rest stands in the database. */
export type RefundRequestResult = { outcome: 'refunded'; refundId: RefundId } | { outcome: 'refused'; code: string };

/** The id of the workflow of one request for a refund. */
export const refundRequestId = (sessionId: SessionId, key: string): string => `refund/${sessionId}/${key}`;

/** How the workflow of a request for a refund is started: once a key. What failed may be asked for anew as often as it was refused. */
export const refundRequestStart = (input: RefundRequestInput) => ({
  workflowId: refundRequestId(input.sessionId, input.key),
  taskQueue: TASK_QUEUES.orders,
  args: [input] as [RefundRequestInput],
  ...(input.request ? oncePerId : asOftenAsNeeded),
  staticSummary: `Gives back ${input.request ? (input.request.amount ?? 'all that is left') : 'what a failed refund did not'}`,
});
