import {
  isGrpcServiceError,
  ServiceError,
  WorkflowExecutionAlreadyStartedError,
  WorkflowFailedError,
  WorkflowNotFoundError,
  WorkflowUpdateFailedError,
  WorkflowUpdateRPCTimeoutOrCancelledError,
} from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import { Problem } from '../domain/problem';
import { INVALID_TRANSITION, NOT_RECORDED, OUT_OF_STOCK } from '../messages/refusals';

/** What the errors of Temporal's client mean to the API. No other file of it knows their classes. */

/** A workflow with this id is running, or its id may not be used again. */
export const isAlreadyStarted = (error: unknown): boolean => error instanceof WorkflowExecutionAlreadyStartedError;

/** No workflow with this id is running. */
export const isNotRunning = (error: unknown): boolean => error instanceof WorkflowNotFoundError;

/** The run completed before the call arrived, or while it was under way. */
export const hasEnded = (error: unknown): boolean =>
  isAlreadyStarted(error) || isNotRunning(error) || refusalOf(error)?.type === 'AcceptedUpdateCompletedWorkflow';

/** No answer came in time, as the call's deadline or the timer beside it noticed. */
export const isLate = (error: unknown): boolean =>
  error instanceof WorkflowUpdateRPCTimeoutOrCancelledError ||
  (error instanceof Problem && error.code === 'unavailable');

/** The run itself did not complete: it failed, or was ended by hand. */
export const hasFailed = (error: unknown): boolean => error instanceof WorkflowFailedError;

/** Why a workflow refused an update, or failed; null for any other error. */
export function refusalOf(error: unknown): ApplicationFailure | null {
  const failed = error instanceof WorkflowUpdateFailedError || error instanceof WorkflowFailedError;
  return failed && error.cause instanceof ApplicationFailure ? error.cause : null;
}

/** What the caller hears about an error of Temporal's client; null for any other error. */
export function temporalProblem(error: unknown): Problem | null {
  const refusal = error instanceof WorkflowUpdateFailedError ? refusalOf(error) : null;
  if (refusal?.type === INVALID_TRANSITION) return new Problem('invalid_transition', refusal.message);
  if (refusal?.type === OUT_OF_STOCK)
    return new Problem('out_of_stock', refusal.message, { items: refusal.details?.[0] ?? [] });
  return isUnavailable(error) ? temporalUnavailable() : null;
}

/** @param cause why, for the log */
export const temporalUnavailable = (cause?: Error): Problem =>
  new Problem('unavailable', 'Orders cannot be reached right now. Try again.', { retryAfter: 2 }, { cause });

/** Temporal or a worker cannot be reached, or its database cannot: nothing is known to be done. */
export const isUnavailable = (error: unknown): boolean =>
  isLate(error) ||
  error instanceof ServiceError ||
  isGrpcServiceError(error) ||
  refusalOf(error)?.type === NOT_RECORDED;
