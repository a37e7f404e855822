import { ApplicationFailureCategory } from '@temporalio/common';
import { ApplicationFailure, patched, setCurrentDetails, workflowInfo } from '@temporalio/workflow';
import { NOTICE_KINDS } from '../domain/events';
import { isDisputeId, isNoticeId, isRefundId, isSessionId } from '../domain/ids';
import { RESENDABLE } from '../domain/mail';
import { bulkId } from '../messages/bulk';
import type { WORKFLOWS } from '../messages/names';
import { refundRequestId } from '../messages/refund-request';
import { resendId } from '../messages/resend';

/** Runs that somebody started by hand before this patch go on as they began. */
const REFUSED = 'a-start-by-hand-is-refused';

/**
 * Ends a run that was not started as Holdfast starts them: by *Start Workflow* in the Temporal UI, without an input,
 * under a made-up id, or with the input of another run, whose order must not have two. The run fails before it has done
 * anything, so that the same id can be started as it should be. Nobody is alarmed: who started it reads why it ended.
 */
export function refuseStartByHand(workflow: keyof typeof WORKFLOWS, input: unknown): void {
  const { isRight, instead } = STARTS[workflow];
  const given = typeof input === 'object' && input !== null ? (input as Given) : {};
  if (isRight(given, workflowInfo().workflowId) || !patched(REFUSED)) return;
  const reason = `Nothing was done, because this workflow is not started by hand: ${instead}`;
  setCurrentDetails(reason);
  const failure = ApplicationFailure.create({
    ...{ message: reason, type: 'started_by_hand', nonRetryable: true },
    category: ApplicationFailureCategory.BENIGN,
  });
  failure.stack = ''; // the Temporal UI would show it under the sentence
  throw failure;
}

type Given = Record<string, unknown>;

interface Start {
  /** Whether the input has the form that it needs, and belongs to the id. */
  isRight(input: Given, id: string): boolean;
  /** What starts it, and what to do where it is missing. */
  instead: string;
}

const SWEEP_INSTEAD = 'so start a sweep (`POST /admin/reconciliations`) if one is missing';
const BY_STRIPES_EVENT = `Stripe’s event about it starts it, ${SWEEP_INSTEAD}`;

const STARTS: Record<keyof typeof WORKFLOWS, Start> = {
  order: {
    isRight: ({ sessionId }, id) => isSessionId(id) && sessionId === id,
    instead: `a checkout, or Stripe’s event about a paid session, starts an order, ${SWEEP_INSTEAD}`,
  },
  refund: {
    isRight: ({ refundId }, id) => isRefundId(id) && refundId === id,
    instead: 'it follows a refund that Stripe has, so send `refund` to the order to give money back',
  },
  dispute: { isRight: ({ disputeId }, id) => isDisputeId(id) && disputeId === id, instead: BY_STRIPES_EVENT },
  notice: {
    isRight: ({ kind, id: object }, id) => isNoticeId(id) && object === id && isOneOf(NOTICE_KINDS, kind),
    instead: BY_STRIPES_EVENT,
  },
  refundRequest: {
    isRight: ({ sessionId, key }, id) =>
      isText(sessionId) && isSessionId(sessionId) && isText(key) && id === refundRequestId(sessionId, key),
    instead: 'use `POST /admin/orders/{ref}/refund` to give money back',
  },
  resend: {
    isRight: ({ sessionId, key, template }, id) =>
      isText(sessionId) &&
      isSessionId(sessionId) &&
      isText(key) &&
      isOneOf(RESENDABLE, template) &&
      id === resendId({ sessionId, key, template }),
    instead: 'use `POST /admin/orders/{ref}/resend-email` to send a mail again',
  },
  bulk: {
    isRight: ({ id: bulk }, id) => isText(bulk) && id === bulkId(bulk),
    instead: 'use `POST /admin/bulk` to move many orders',
  },
  reconcile: {
    // The Schedule makes the id.
    isRight: ({ trigger }) => isOneOf(['schedule', 'staff'], trigger),
    instead: 'use `POST /admin/reconciliations`, or *Trigger* of the Schedule `reconcile`, to start a sweep',
  },
};

const isText = (value: unknown): value is string => typeof value === 'string';
const isOneOf = <T extends string>(all: readonly T[], value: unknown): value is T => all.includes(value as T);
