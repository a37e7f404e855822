import type { SessionId } from '../domain/ids';
import { isFirstKey, type Resendable } from '../domain/mail';
import { TASK_QUEUES } from './names';
import { oncePerId } from './policies';

/** A mail about an order that staff want to send again, or that is due for what the shopper did by themselves. */
export interface ResendInput {
  sessionId: SessionId;
  template: Resendable;
  /** The hash of the request's Idempotency-Key, or `firstKey`. Each key sends one mail. */
  key: string;
}

/** The workflow id of one such request. */
export const resendId = ({ sessionId, key }: ResendInput): string => `resend/${sessionId}/${key}`;

/** The start options: one run per request. A request that failed can be sent again. */
export const resendStart = (input: ResendInput) => ({
  workflowId: resendId(input),
  taskQueue: TASK_QUEUES.orders,
  args: [input] as [ResendInput],
  ...oncePerId,
  staticSummary: `Sends ${input.template}${isFirstKey(input.key) ? '' : ' again'}`,
});
