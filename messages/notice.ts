import { defineSignal } from '@temporalio/workflow';
import type { NoticeKind } from '../domain/events';
import { TASK_QUEUES } from './names';
import { asOftenAsNeeded } from './policies';

export interface NoticeInput {
  kind: NoticeKind;
  /** The id of the review, early fraud warning, PaymentIntent or payout. */
  id: string;
}

/** The object changed at Stripe: read it again. */
export const noticeLookSignal = defineSignal<[]>('look');

/** The start options of a notice's workflow. */
export const noticeStart = (input: NoticeInput) => ({
  workflowId: input.id,
  taskQueue: TASK_QUEUES.orders,
  args: [input] as [NoticeInput],
  ...asOftenAsNeeded,
  staticSummary: `Finds whom a ${input.kind} concerns`,
});
