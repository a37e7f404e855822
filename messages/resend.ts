import type { SessionId } from '../domain/ids';
import type { Resendable } from '../domain/mail';
import { TASK_QUEUES } from './names';
import { oncePerId } from './policies';

/** A mail about an order that staff want to go again. */
export interface ResendInput {
  sessionId: SessionId;
  template: Resendable;
  /** The hash of the request's Idempotency-Key: its mail goes once. */
  key: string;
}

/** The id of the workflow that sends a mail again. */
export const resendId = ({ sessionId, key }: ResendInput): string => `resend/${sessionId}/${key}`;

/** How it is started: once a request; what was refused may be asked for again. */
export const resendStart = (input: ResendInput) => ({
  workflowId: resendId(input),
  taskQueue: TASK_QUEUES.orders,
  args: [input] as [ResendInput],
  ...oncePerId,
  staticSummary: `Sends ${input.template} again`,
});
