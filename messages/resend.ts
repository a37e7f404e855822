import type { SessionId } from '../domain/ids';
import { isFirstKey, type Resendable } from '../domain/mail';
import { TASK_QUEUES } from './names';
import { asOftenAsNeeded, oncePerId } from './policies';

/** A mail about an order that staff want to send again, or that is due for what the shopper did by themselves. */
export interface ResendInput {
  sessionId: SessionId;
  template: Resendable;
  /** The hash of the request's Idempotency-Key, or `firstKey`. Each key sends one mail. */
  key: string;
}

/** The result, without personal data. Runs of earlier versions have none, and fail if they refuse. */
export type ResendResult =
  | { outcome: 'sent' }
  /** The mail would not be true of the order now. `reason` is a sentence without personal data. */
  | { outcome: 'refused'; reason: string };

/** The workflow id of one such request. */
export const resendId = ({ sessionId, key }: ResendInput): string => `resend/${sessionId}/${key}`;

/**
 * The start options: one run per request.
 * @param again the request was refused, which is not remembered, so a completed run does not count
 */
export const resendStart = (input: ResendInput, { again = false } = {}) => ({
  workflowId: resendId(input),
  taskQueue: TASK_QUEUES.orders,
  args: [input] as [ResendInput],
  ...(again ? asOftenAsNeeded : oncePerId),
  staticSummary: `Sends ${input.template}${isFirstKey(input.key) ? '' : ' again'}`,
});
