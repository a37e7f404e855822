import type { Context } from '@temporalio/activity';
import type { ActivityInboundCallsInterceptor, InjectedSinks } from '@temporalio/worker';
import { carrierIn } from '../platform/temporal-tracing';
import { markSpan, traced } from '../platform/trace';
import type { TraceSinks } from '../workflows/tracing';

/** Makes each attempt at an activity a span, below the run that it belongs to. */
export const tracedActivity = ({ info }: Context): { inbound: ActivityInboundCallsInterceptor } => ({
  inbound: {
    execute: (input, next) =>
      traced(
        {
          ...{ name: `RunActivity:${info.activityType}`, kind: 'server', parent: carrierIn(input.headers) },
          attributes: {
            'temporal.workflow.id': info.workflowExecution?.workflowId,
            'temporal.run.id': info.workflowExecution?.runId,
            'temporal.activity.attempt': info.attempt,
            'temporal.task_queue': info.taskQueue,
          },
        },
        () => next(input),
      ),
  },
});

/** Makes spans of what workflows tell. Never twice: a replay tells nothing. */
export const traceSinks: InjectedSinks<TraceSinks> = {
  trace: {
    mark: {
      fn({ workflowId, runId }, { name, parent, links, spanId, startedAt = Date.now() }) {
        markSpan({
          ...{ name, startedAt, ...(spanId !== undefined && { spanId }) },
          parent: { traceparent: parent },
          links: links.map((traceparent) => ({ traceparent })),
          attributes: { 'temporal.workflow.id': workflowId, 'temporal.run.id': runId },
        });
      },
      callDuringReplay: false,
    },
  },
};
