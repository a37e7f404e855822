import {
  WorkflowExecutionAlreadyStartedError,
  WorkflowFailedError,
  WorkflowNotFoundError,
  WorkflowUpdateFailedError,
  WorkflowUpdateRPCTimeoutOrCancelledError,
} from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';

/** What the errors of Temporal's client mean. Only `api/temporal-errors.ts` knows their classes besides. */

/** A workflow with this id is running, or its id may not be used again. */
export const isAlreadyStarted = (error: unknown): boolean => error instanceof WorkflowExecutionAlreadyStartedError;

/** No workflow with this id is running. */
export const isNotRunning = (error: unknown): boolean => error instanceof WorkflowNotFoundError;

/** The run completed before the call arrived, or while it was under way. */
export const hasEnded = (error: unknown): boolean =>
  isAlreadyStarted(error) || isNotRunning(error) || refusalOf(error)?.type === 'AcceptedUpdateCompletedWorkflow';

/** No answer came before the call's deadline. */
export const isTooLate = (error: unknown): boolean => error instanceof WorkflowUpdateRPCTimeoutOrCancelledError;

/** The run itself did not complete: it failed, or was ended by hand. */
export const hasFailed = (error: unknown): boolean => error instanceof WorkflowFailedError;

/** A workflow refused an update, or an update failed. */
export const isRefused = (error: unknown): boolean => error instanceof WorkflowUpdateFailedError;

/** Why a workflow refused an update, or failed; null for any other error. */
export function refusalOf(error: unknown): ApplicationFailure | null {
  const failed = error instanceof WorkflowUpdateFailedError || error instanceof WorkflowFailedError;
  return failed && error.cause instanceof ApplicationFailure ? error.cause : null;
}
