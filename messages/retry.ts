import { defineUpdate } from '@temporalio/workflow';

/**
 * Tries the step that needs attention again, now, in a run that follows something beside an order (a refund or the request for one, a dispute, a
 * notice). Answered when it was tried: `waiting` where that did not help.
 */
export const retryStepUpdate = defineUpdate<'done' | 'waiting'>('retry');
