import { TypedSearchAttributes } from '@temporalio/common';
import type { SweepWindow } from '../domain/sweep';
import { TASK_QUEUES } from './names';
import { SEARCH_ATTRIBUTES } from './search-attributes';

/** The Schedule that starts it; staff do so too. */
export const RECONCILE_SCHEDULE = 'reconcile';

export interface ReconcileInput {
  /** Of the row that stands for this sweep; the Schedule leaves it to the workflow. */
  id?: string;
  trigger: 'schedule' | 'staff';
  /** Where a long sweep goes on after its history has become long. */
  goesOn?: SweepProgress;
}

export interface SweepProgress {
  id: string;
  window: SweepWindow;
  /** The list it is in, and after which entry of it. */
  stage: number;
  cursor: string | null;
  checked: number;
}

/** How a sweep is started: by the Schedule, which adds the time to the id, or by staff, under the id of their request, once. */
export const reconcileStart = (input: ReconcileInput) => ({
  workflowId: input.id === undefined ? RECONCILE_SCHEDULE : `${RECONCILE_SCHEDULE}/${input.id}`,
  taskQueue: TASK_QUEUES.orders,
  args: [input] as [ReconcileInput],
  staticSummary: input.trigger === 'staff' ? 'A sweep that staff asked for' : 'Sweeps Stripe for what webhooks missed',
  typedSearchAttributes: new TypedSearchAttributes([{ key: SEARCH_ATTRIBUTES.needsAttention, value: false }]),
});
