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

/**
 * How long a namespace keeps closed workflows, at least. While it keeps one, Temporal refuses a second run under its id
 * as the policies above say; after that it would start one.
 */
export const RETENTION_MS = 30 * 24 * 60 * 60 * 1000;

/**
 * Whose tasks go first where they wait for a worker; without either it is Temporal's default, 3. An activity that names
 * none has the priority of its workflow. Shoppers wait for their order, to be opened and after they paid. Nobody waits
 * for a sweep, a bulk or a mail: those take turns, so that none of them waits for all of another.
 */
export const aheadOfOthers = { priority: { priorityKey: 2 } } as const;
export const behindOthers = { priority: { priorityKey: 4 } } as const;
