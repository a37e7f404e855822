import type { WorkflowClientInterceptor } from '@temporalio/client';
import { defaultPayloadConverter, type Headers } from '@temporalio/common';
import { TRACE_HEADER } from '../messages/tracing';
import { type Carrier, traceCarrier, traced } from './trace';

/**
 * Makes each call that starts, signals or updates a workflow a span, and hands its context to the workflow, in the
 * header and under the names that Temporal's own interceptors use (@temporalio/interceptors-opentelemetry-v2).
 */
export const tracedCalls: WorkflowClientInterceptor = {
  startWithDetails: (input, next) =>
    traced(call(`StartWorkflow:${input.workflowType}`, input.options.workflowId), () => next(withTrace(input))),
  signal: (input, next) =>
    traced(call(`SignalWorkflow:${input.signalName}`, input.workflowExecution.workflowId), () =>
      next(withTrace(input)),
    ),
  signalWithStart: (input, next) =>
    traced(call(`SignalWithStartWorkflow:${input.workflowType}`, input.options.workflowId), () =>
      next(withTrace(input)),
    ),
  startUpdate: (input, next) =>
    traced(call(`StartWorkflowUpdate:${input.updateName}`, input.workflowExecution.workflowId), () =>
      next(withTrace(input)),
    ),
  startUpdateWithStart: (input, next) =>
    traced(call(`UpdateWithStartWorkflow:${input.updateName}`, input.workflowStartOptions.workflowId), () => {
      const header = headerOfNow();
      const workflowStartHeaders = { ...input.workflowStartHeaders, ...header };
      return next({ ...input, workflowStartHeaders, updateHeaders: { ...input.updateHeaders, ...header } });
    }),
};

/** The context in the header of a workflow or an activity; undefined if there is none. */
export function carrierIn(headers: Headers): Carrier | undefined {
  const payload = headers[TRACE_HEADER];
  return payload ? defaultPayloadConverter.fromPayload<Carrier>(payload) : undefined;
}

const call = (name: string, workflowId: string | undefined) => ({
  name,
  kind: 'client' as const,
  attributes: { 'temporal.workflow.id': workflowId },
});

const headerOfNow = (): Headers => ({ [TRACE_HEADER]: defaultPayloadConverter.toPayload(traceCarrier()) });

const withTrace = <T extends { headers: Headers }>(input: T): T => ({
  ...input,
  headers: { ...input.headers, ...headerOfNow() },
});
