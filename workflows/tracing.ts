import { defaultPayloadConverter, type Headers } from '@temporalio/common';
import {
  proxySinks,
  type Sinks,
  type WorkflowInboundCallsInterceptor,
  type WorkflowInterceptorsFactory,
  type WorkflowOutboundCallsInterceptor,
  workflowInfo,
} from '@temporalio/workflow';
import { TRACE_HEADER, type WorkflowMark } from '../messages/tracing';

/**
 * Carries the trace of whoever started a run to everything that it does. In the bundle only of workers that trace. It
 * makes no command and waits for nothing, so a history is the same with it and without it, but for a header. Spans are
 * made outside, by the worker: OpenTelemetry in the sandbox of every workflow would cost more than all the others
 * (docs/deciding/0049).
 */
export interface TraceSinks extends Sinks {
  trace: { mark(mark: WorkflowMark): void };
}

const { trace } = proxySinks<TraceSinks>();

export const interceptors: WorkflowInterceptorsFactory = () => {
  const run = new TracedRun();
  return { inbound: [run], outbound: [run.outbound] };
};

/** One run: a span of its own below what started it, with everything that it does below that. */
class TracedRun implements WorkflowInboundCallsInterceptor {
  private own = '';
  private header: Headers = {};

  execute: NonNullable<WorkflowInboundCallsInterceptor['execute']> = (input, next) => {
    const { runId, workflowType, runStartTime } = workflowInfo();
    const parent = readParent(input.headers) ?? rootOf(runId);
    this.begin(parent, runId);
    this.mark({
      name: `RunWorkflow:${workflowType}`,
      parent,
      links: [],
      spanId: idOf(runId),
      startedAt: runStartTime.getTime(),
    });
    const done = next(input);
    const ended = (how: string) => () => this.mark({ name: `${how}:${workflowType}`, parent: this.own, links: [] });
    done.then(ended('CompleteWorkflow'), ended('EndWorkflow')); // beside it: whoever awaits the result waits no longer
    return done;
  };

  handleSignal: NonNullable<WorkflowInboundCallsInterceptor['handleSignal']> = (input, next) => {
    this.received(`HandleSignal:${input.signalName}`, input.headers);
    return next(input);
  };

  handleUpdate: NonNullable<WorkflowInboundCallsInterceptor['handleUpdate']> = (input, next) => {
    this.received(`HandleUpdate:${input.name}`, input.headers);
    return next(input);
  };

  readonly outbound: WorkflowOutboundCallsInterceptor = {
    scheduleActivity: (input, next) => next(this.traced(input)),
    scheduleLocalActivity: (input, next) => next(this.traced(input)),
    signalWorkflow: (input, next) => next(this.traced(input)),
    startChildWorkflowExecution: (input, next) => next(this.traced(input)),
  };

  /** The span of a run is named for the run: every worker that goes on with it knows the id. */
  private begin(parent: string, runId: string): void {
    const [version, traceId, , flags] = parent.split('-');
    this.own = `${version}-${traceId}-${idOf(runId)}-${flags}`;
    this.header = { [TRACE_HEADER]: defaultPayloadConverter.toPayload({ traceparent: this.own }) };
  }

  /** A message of another trace, such as a webhook's, stands in both, and each leads to the other. */
  private received(name: string, headers: Headers): void {
    if (this.own === '') return; // it comes with the start
    const sender = readParent(headers);
    const isApart = sender !== undefined && traceOf(sender) !== traceOf(this.own);
    this.mark({ name, parent: this.own, links: isApart ? [sender] : [] });
    if (isApart) this.mark({ name, parent: sender, links: [this.own] });
  }

  private mark(mark: WorkflowMark): void {
    if (isSampled(mark.parent)) trace.mark(mark);
  }

  private traced<T extends { headers: Headers }>(input: T): T {
    return { ...input, headers: { ...input.headers, ...this.header } };
  }
}

function readParent(headers: Headers): string | undefined {
  const payload = headers[TRACE_HEADER];
  const carrier = payload && defaultPayloadConverter.fromPayload<{ traceparent?: string }>(payload);
  return carrier?.traceparent;
}

/** A run that nobody traced, as of a Schedule, is a trace of its own, named for the run. */
const rootOf = (runId: string): string => `00-${hexOf(runId)}-${hexOf(runId).slice(16)}-01`;
const hexOf = (runId: string): string => runId.replaceAll('-', '');
const idOf = (runId: string): string => hexOf(runId).slice(0, 16);
const traceOf = (traceparent: string): string | undefined => traceparent.split('-')[1];
const isSampled = (traceparent: string): boolean => traceparent.endsWith('1');
