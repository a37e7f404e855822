import { ActivityFailure, ApplicationFailure, TimeoutFailure } from '@temporalio/workflow';

/** Why a step failed, for staff, and whether the cause may be temporary. */
export interface Failure {
  reason: string;
  passing: boolean;
}

/**
 * What an activity's failure means. Any other error is a mistake in the code and is rethrown: the workflow task fails
 * and retries.
 */
export function failureOf(error: unknown): Failure {
  // A local activity's time-out is wrapped the first time, and bare when its marker is replayed (SDK 1.24.0). Both
  // must be handled in the same way.
  const cause = error instanceof TimeoutFailure ? error : activityFailure(error).cause;
  if (cause instanceof ApplicationFailure) return { reason: cause.message, passing: !cause.nonRetryable };
  if (cause instanceof TimeoutFailure) return { reason: 'It took too long', passing: true };
  return { reason: activityFailure(error).message, passing: true };
}

function activityFailure(error: unknown): ActivityFailure {
  if (error instanceof ActivityFailure) return error;
  throw error;
}
