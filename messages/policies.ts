import { WorkflowIdConflictPolicy, WorkflowIdReusePolicy } from '@temporalio/common';

/**
 * One completed run per id. The next message starts a terminated or failed run again; a completed one is not
 * repeated.
 */
export const oncePerId = {
  workflowIdReusePolicy: WorkflowIdReusePolicy.ALLOW_DUPLICATE_FAILED_ONLY,
  workflowIdConflictPolicy: WorkflowIdConflictPolicy.USE_EXISTING,
} as const;
/**
 * Any number of runs per id: a refund can fail after its workflow has ended. Each run reads Stripe and writes
 * idempotently.
 */
export const asOftenAsNeeded = {
  workflowIdReusePolicy: WorkflowIdReusePolicy.ALLOW_DUPLICATE,
  workflowIdConflictPolicy: WorkflowIdConflictPolicy.USE_EXISTING,
} as const;
