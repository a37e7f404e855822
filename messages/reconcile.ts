import { TypedSearchAttributes } from '@temporalio/common';
import { LONGEST_SWEEP_MS, type SweepWindow } from '../domain/sweep';
import { TASK_QUEUES } from './names';
import { behindOthers } from './policies';
import { SEARCH_ATTRIBUTES } from './search-attributes';

/** The id of the Schedule that starts sweeps. Staff can start them too. */
export const RECONCILE_SCHEDULE = 'reconcile';

export interface ReconcileInput {
  /** The id of this sweep's row. Absent when the Schedule starts the sweep; the workflow then makes one. */
  id?: string;
  trigger: 'schedule' | 'staff';
  /**
   * Staff say that the database was restored from a backup: the runs of orders are asked what they have sent. A sweep
   * also sees it itself where Temporal knows the last sweep and the database does not.
   */
  restored?: boolean;
  /** Where a long sweep continues, in a new run with a fresh history. */
  goesOn?: SweepProgress;
}

export interface SweepProgress {
  id: string;
  window: SweepWindow;
  /** The list that the sweep is in, and the last entry it has handled there. */
  stage: number;
  cursor: string | null;
  checked: number;
}

/**
 * The start options of a sweep. While one runs, the Schedule starts no other, so one that is stuck must end. The
 * Schedule adds the time to the workflow id; staff start one sweep per request id.
 */
export const reconcileStart = (input: ReconcileInput) => ({
  workflowId: input.id === undefined ? RECONCILE_SCHEDULE : `${RECONCILE_SCHEDULE}/${input.id}`,
  taskQueue: TASK_QUEUES.orders,
  workflowExecutionTimeout: LONGEST_SWEEP_MS,
  args: [input] as [ReconcileInput],
  ...behindOthers,
  staticSummary: input.trigger === 'staff' ? 'A sweep that staff asked for' : 'Sweeps Stripe for what webhooks missed',
  typedSearchAttributes: new TypedSearchAttributes([{ key: SEARCH_ATTRIBUTES.needsAttention, value: false }]),
});
