import { ActivityFailure, ApplicationFailure, TimeoutFailure } from '@temporalio/workflow';

/** Why a step failed, for staff, and whether it may pass by itself. */
export interface Failure {
  reason: string;
  passing: boolean;
}

/** What an activity's failure means. Anything else is a mistake in the code, and is thrown on: the workflow task fails, and is tried again. */
export function failureOf(error: unknown): Failure {
  // A local activity that timed out is wrapped the first time and bare when its marker is replayed (1.24.0): both must go the same way.
  const cause = error instanceof TimeoutFailure ? error : activityFailure(error).cause;
  if (cause instanceof ApplicationFailure) return { reason: cause.message, passing: !cause.nonRetryable };
  if (cause instanceof TimeoutFailure) return { reason: 'It took too long', passing: true };
  return { reason: activityFailure(error).message, passing: true };
}

function activityFailure(error: unknown): ActivityFailure {
  if (error instanceof ActivityFailure) return error;
  throw error;
}
