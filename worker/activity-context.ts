import type { Context } from '@temporalio/activity';
import type { ActivityInboundCallsInterceptor } from '@temporalio/worker';
import { isSessionId } from '../domain/ids';
import { type LogContext, withLogContext } from '../platform/log-context';

/** Every line that is written while an activity runs carries the ids of what it works on. */
export const activityContext = ({ info }: Context): { inbound: ActivityInboundCallsInterceptor } => ({
  inbound: {
    execute: (input, next) => withLogContext(aboutOf(info, input.args[0]), () => next(input)),
  },
});

function aboutOf({ workflowExecution, activityType, attempt }: Context['info'], input: unknown): LogContext {
  const { workflowId: workflow, runId: run } = workflowExecution ?? {};
  return {
    ...(workflow && run && { workflow, run }),
    ...(workflow !== undefined && isSessionId(workflow) && { session: workflow }),
    ...idsIn(input),
    ...{ activity: activityType, attempt },
  };
}

/** The ids in an activity's input, by the names that the log has for them. */
function idsIn(input: unknown): LogContext {
  if (typeof input !== 'object' || input === null) return {};
  const given = input as Record<string, unknown>;
  return Object.fromEntries(
    Object.entries(NAMES).flatMap(([field, name]) => {
      const id = given[field];
      return typeof id === 'string' ? [[name, id]] : [];
    }),
  );
}

const NAMES = {
  ...{ sessionId: 'session', number: 'number', eventId: 'event' },
  ...{ refundId: 'refund', disputeId: 'dispute' },
};
