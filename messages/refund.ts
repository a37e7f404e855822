import { defineSignal } from '@temporalio/workflow';
import type { RefundId } from '../domain/ids';
import { TASK_QUEUES } from './names';
import { asOftenAsNeeded } from './policies';

export interface RefundInput {
  refundId: RefundId;
}

/** The refund changed at Stripe: read it again. */
export const refundLookSignal = defineSignal<[]>('look');

/** The start options of a refund's workflow. */
export const refundStart = (input: RefundInput) => ({
  workflowId: input.refundId as string,
  taskQueue: TASK_QUEUES.orders,
  args: [input] as [RefundInput],
  ...asOftenAsNeeded,
  staticSummary: 'Follows one refund to its end',
});
