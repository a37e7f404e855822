import { WorkflowIdConflictPolicy, WorkflowIdReusePolicy } from '@temporalio/common';

/** Once per id: a completed order's id is used up; one that was terminated or failed is healed by the next message. */
export const oncePerId = {
  workflowIdReusePolicy: WorkflowIdReusePolicy.ALLOW_DUPLICATE_FAILED_ONLY,
  workflowIdConflictPolicy: WorkflowIdConflictPolicy.USE_EXISTING,
} as const;
/** Again and again: a refund fails after its workflow has ended; each run re-reads Stripe and writes idempotently. */
export const asOftenAsNeeded = {
  workflowIdReusePolicy: WorkflowIdReusePolicy.ALLOW_DUPLICATE,
  workflowIdConflictPolicy: WorkflowIdConflictPolicy.USE_EXISTING,
} as const;
