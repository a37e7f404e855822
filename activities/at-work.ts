import { Context } from '@temporalio/activity';

/**
 * To be called between the parts of a long activity. Tells Temporal that the activity is at work, and stops it if its
 * workflow was cancelled or its worker is shutting down. Throws outside an activity.
 * @throws CancelledFailure
 */
export function atWork(): void {
  const { cancellationSignal, heartbeat } = Context.current();
  cancellationSignal.throwIfAborted();
  heartbeat();
}
