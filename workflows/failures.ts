import { ActivityFailure, ApplicationFailure, TimeoutFailure } from '@temporalio/workflow';

/** Why a step failed, for staff, and whether it may pass by itself. */
export function reasonOf(error: unknown): { reason: string; passing: boolean } {
  if (!(error instanceof ActivityFailure)) throw error;
  const { cause } = error;
  if (cause instanceof ApplicationFailure) return { reason: cause.message, passing: !cause.nonRetryable };
  if (cause instanceof TimeoutFailure) return { reason: 'It took too long', passing: true };
  return { reason: error.message, passing: true };
}
