import { ApplicationFailure } from '@temporalio/workflow';
import { INVALID_TRANSITION } from '../messages/refusals';

/**
 * The refusal of an update. Its message is one plain sentence that says why. It has no stack, because the Temporal UI
 * would show that to staff, under the sentence.
 */
export function refusal(message: string, type = INVALID_TRANSITION, ...details: string[]): ApplicationFailure {
  const failure = ApplicationFailure.nonRetryable(message, type, ...details);
  failure.stack = '';
  return failure;
}
