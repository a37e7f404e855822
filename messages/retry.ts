import { defineUpdate } from '@temporalio/workflow';

/**
 * Retries the parked step of any workflow other than an order's (a refund, a refund request, a dispute, a notice).
 * Answers after the attempt: `done`, or `waiting` if the step is still parked.
 */
export const retryStepUpdate = defineUpdate<'done' | 'waiting'>('retry');
