import {
  type Context,
  DiagLogLevel,
  defaultTextMapGetter,
  defaultTextMapSetter,
  diag,
  type Link,
  ROOT_CONTEXT,
  type Span,
  type SpanContext,
  SpanKind,
  SpanStatusCode,
  trace,
} from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { W3CTraceContextPropagator } from '@opentelemetry/core';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { defaultResource, detectResources, envDetector, resourceFromAttributes } from '@opentelemetry/resources';
import { BasicTracerProvider, BatchSpanProcessor, RandomIdGenerator } from '@opentelemetry/sdk-trace-base';
import type { Logger } from './logger';
import type { Attributes, Carrier, Mark, OpenSpan, SpanOptions, Tracer } from './trace';
import { within } from './within';

/** Ours alone: the global one compares versions whenever it is asked, and nothing else here asks it. */
const CONTEXTS = new AsyncLocalStorageContextManager();
/** How long a process that stops waits for its last spans to be taken. */
const LAST_MS = 2_000;
/** How often the log says that spans are lost. */
const SAY_EVERY_MS = 60_000;

/**
 * A tracer that sends spans to a collector by OTLP over HTTP. What share of orders is traced, headers for the
 * collector, and more attributes of the process come from OpenTelemetry's own variables (`OTEL_TRACES_SAMPLER`,
 * `OTEL_EXPORTER_OTLP_HEADERS`, `OTEL_RESOURCE_ATTRIBUTES`), which its packages read.
 */
export function createTracer(endpoint: string, service: string, log: Pick<Logger, 'warn'>): Tracer {
  sayLosses(log);
  const named = resourceFromAttributes({ 'service.name': service, 'service.namespace': 'holdfast' });
  const ids = new Ids();
  const provider = new BasicTracerProvider({
    resource: defaultResource()
      .merge(named)
      .merge(detectResources({ detectors: [envDetector] })),
    spanProcessors: [new BatchSpanProcessor(new OTLPTraceExporter({ url: `${endpoint}/v1/traces` }))],
    idGenerator: ids,
  });
  const tracer = provider.getTracer('holdfast');
  /** Whether the sampler wants a trace that nobody else has decided about. The span that it is asked for never ends. */
  const decided = (traceId?: string): number => {
    ids.nextTrace = traceId;
    const { traceFlags } = tracer.startSpan('decide', {}, ROOT_CONTEXT).spanContext();
    ids.nextTrace = undefined;
    return traceFlags;
  };
  /** The context of a parent elsewhere, with its decision or with our own. */
  const below = (carrier: Carrier, trusted: boolean): Context => {
    const found = contextOf(carrier);
    const parent = trace.getSpanContext(found);
    if (parent === undefined) return found;
    const own = isRunOfItsOwn(parent);
    if (trusted && !own) return found;
    // Not by the id that a stranger has chosen; by that of a run, for its activities have to be decided about alike.
    const traceFlags = decided(trusted ? parent.traceId : undefined);
    return trace.setSpanContext(found, { ...parent, traceFlags });
  };
  return {
    start({ name, kind, attributes = {}, parent, trusted = true }: SpanOptions): OpenSpan {
      const around = parent ? below(parent, trusted) : CONTEXTS.active();
      if (kind === 'client' && trace.getSpanContext(around) === undefined) return NONE;
      return new RecordedSpan(tracer.startSpan(name, { kind: KINDS[kind], attributes }, around), around);
    },
    mark({ name, attributes, parent, links, spanId, startedAt }: Mark): void {
      ids.next = spanId;
      const options = { kind: SpanKind.INTERNAL, attributes, startTime: startedAt, links: links.flatMap(linkTo) };
      tracer.startSpan(name, options, below(parent, true)).end();
      ids.next = undefined;
    },
    carrier(): Carrier {
      const carrier: Carrier = {};
      PROPAGATOR.inject(CONTEXTS.active(), carrier, defaultTextMapSetter);
      return carrier;
    },
    outside: (run) => CONTEXTS.with(ROOT_CONTEXT, run),
    traceId: () => trace.getSpanContext(CONTEXTS.active())?.traceId,
    stop: () => within(LAST_MS, provider.shutdown(), () => new Error('late')).catch(() => undefined),
  };
}

const PROPAGATOR = new W3CTraceContextPropagator();
const KINDS = { server: SpanKind.SERVER, client: SpanKind.CLIENT, internal: SpanKind.INTERNAL };

const contextOf = ({ traceparent }: Carrier): Context =>
  PROPAGATOR.extract(ROOT_CONTEXT, { traceparent }, defaultTextMapGetter);

/**
 * Whether it is a run that nobody traced, or its span: both ids are halves of the run's id, as is the trace's
 * (`rootOf` in workflows/tracing.ts). The sandbox knows no sampler, so they always say that they are traced.
 */
const isRunOfItsOwn = ({ traceId, spanId }: SpanContext): boolean =>
  spanId === traceId.slice(16) || spanId === traceId.slice(0, 16);

function linkTo(carrier: Carrier): Link[] {
  const linked = trace.getSpanContext(contextOf(carrier));
  return linked ? [{ context: linked }] : [];
}

/** A class, so that no function is made for each span. */
class RecordedSpan implements OpenSpan {
  constructor(
    private readonly span: Span,
    private readonly around: Context,
  ) {}

  set(attributes: Attributes): void {
    this.span.setAttributes(attributes);
  }

  rename(name: string): void {
    this.span.updateName(name);
  }

  fail(code: string): void {
    this.span.setAttribute('error.type', code).setStatus({ code: SpanStatusCode.ERROR, message: code });
  }

  within<T>(run: () => T): T {
    return CONTEXTS.with(trace.setSpan(this.around, this.span), run);
  }

  end(): void {
    this.span.end();
  }
}

const NONE: OpenSpan = { set() {}, rename() {}, fail() {}, within: (run) => run(), end() {} };

/** Random, unless a workflow has told the id of its span already, or the id of its trace is to be decided about. */
class Ids extends RandomIdGenerator {
  next: string | undefined;
  nextTrace: string | undefined;

  constructor() {
    super();
    const { generateSpanId, generateTraceId } = this;
    this.generateSpanId = () => this.next ?? generateSpanId();
    this.generateTraceId = () => this.nextTrace ?? generateTraceId();
  }
}

/** The packages tell `diag` that a collector takes no spans, once for each batch. */
function sayLosses(log: Pick<Logger, 'warn'>): void {
  let saidAt = Number.NEGATIVE_INFINITY;
  const say = (message: string) => {
    if (performance.now() - saidAt < SAY_EVERY_MS) return;
    saidAt = performance.now();
    log.warn({ error: message.slice(0, 300) }, 'traces cannot be sent, and are lost');
  };
  const quiet = () => undefined;
  diag.setLogger({ error: say, warn: say, info: quiet, debug: quiet, verbose: quiet }, DiagLogLevel.WARN);
}
