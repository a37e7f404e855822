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
  const cause = causeOf(error);
  if (cause instanceof ApplicationFailure) {
    const passing = !cause.nonRetryable;
    const details = faultOf(cause);
    const outage = cause.type === DATABASE && details?.fault !== 'thing';
    return { reason: cause.message, passing, cause: details?.cause ?? null, outage };
  }
  const reason = cause instanceof TimeoutFailure ? 'It took too long' : (error as ActivityFailure).message;
  return { reason, passing: true, cause: null, outage: false };
}

/**
 * What an activity failed of. A local activity's failure comes bare, without an `ActivityFailure` around it; only its
 * time-out is wrapped the first time, and bare when its marker is replayed (SDK 1.24.0). All must be handled in the
 * same way. A bare failure is told from a refusal of our own by its details (activities/failures.ts).
 */
function causeOf(error: unknown): Error | undefined {
  if (error instanceof ActivityFailure) return error.cause;
  if (error instanceof TimeoutFailure) return error;
  if (error instanceof ApplicationFailure && faultOf(error) !== undefined) return error;
  throw error;
}

/** Whose fault it is, as every failure of an activity says in its details; undefined for any other failure. */
function faultOf({ details }: ApplicationFailure): FaultDetails | undefined {
  const [first] = details ?? [];
  return typeof first === 'object' && first !== null && 'fault' in first ? (first as FaultDetails) : undefined;
}
