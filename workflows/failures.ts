import { ActivityFailure, ApplicationFailure, TimeoutFailure } from '@temporalio/workflow';
import { type AccountCause, DATABASE, type FaultDetails } from '../domain/fault';

/** Why a step failed, for staff, whether the cause may be temporary, and whether it stops more than this step. */
export interface Failure {
  reason: string;
  passing: boolean;
  /** What stops every step of this kind; null where only this one is stopped, or it is unknown. */
  cause: AccountCause | null;
  /** The database is away, and not only for this step: all steps wait for it, and go on soon after it is back. */
  outage: boolean;
}

/**
 * What an activity's failure means. Any other error is a mistake in the code and is rethrown: the workflow task fails
 * and retries.
 */
export function failureOf(error: unknown): Failure {
  // A local activity's time-out is wrapped the first time, and bare when its marker is replayed (SDK 1.24.0). Both
  // must be handled in the same way.
  const cause = error instanceof TimeoutFailure ? error : activityFailure(error).cause;
  if (cause instanceof ApplicationFailure) {
    const passing = !cause.nonRetryable;
    const details = cause.details?.[0] as FaultDetails | undefined;
    const outage = cause.type === DATABASE && details?.fault !== 'thing';
    return { reason: cause.message, passing, cause: details?.cause ?? null, outage };
  }
  const reason = cause instanceof TimeoutFailure ? 'It took too long' : activityFailure(error).message;
  return { reason, passing: true, cause: null, outage: false };
}

function activityFailure(error: unknown): ActivityFailure {
  if (error instanceof ActivityFailure) return error;
  throw error;
}
