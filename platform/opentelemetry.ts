import {
  type Context,
  context,
  DiagLogLevel,
  defaultTextMapGetter,
  defaultTextMapSetter,
  diag,
  type Link,
  ROOT_CONTEXT,
  type Span,
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
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
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
  const stop = () => provider.shutdown().catch(() => undefined);
  return {
    start({ name, kind, attributes = {}, parent }: SpanOptions): OpenSpan {
      const around = parent ? contextOf(parent) : context.active();
      if (kind === 'client' && trace.getSpanContext(around) === undefined) return NONE;
      return openSpan(tracer.startSpan(name, { kind: KINDS[kind], attributes }, around), around);
    },
    mark({ name, attributes, parent, links, spanId, startedAt }: Mark): void {
      ids.next = spanId;
      const options = { kind: SpanKind.INTERNAL, attributes, startTime: startedAt, links: links.flatMap(linkTo) };
      tracer.startSpan(name, options, contextOf(parent)).end();
      ids.next = undefined;
    },
    carrier(): Carrier {
      const carrier: Carrier = {};
      PROPAGATOR.inject(context.active(), carrier, defaultTextMapSetter);
      return carrier;
    },
    traceId: () => trace.getSpanContext(context.active())?.traceId,
    stop: async () => {
      await Promise.race([stop(), new Promise((resolve) => setTimeout(resolve, LAST_MS).unref())]);
    },
  };
}

const PROPAGATOR = new W3CTraceContextPropagator();
const KINDS = { server: SpanKind.SERVER, client: SpanKind.CLIENT, internal: SpanKind.INTERNAL };

const contextOf = (carrier: Carrier): Context => PROPAGATOR.extract(ROOT_CONTEXT, carrier, defaultTextMapGetter);

function linkTo(carrier: Carrier): Link[] {
  const linked = trace.getSpanContext(contextOf(carrier));
  return linked ? [{ context: linked }] : [];
}

const openSpan = (span: Span, around: Context): OpenSpan => ({
  set: (attributes: Attributes) => void span.setAttributes(attributes),
  rename: (name) => void span.updateName(name),
  fail(code) {
    span.setAttribute('error.type', code).setStatus({ code: SpanStatusCode.ERROR, message: code });
  },
  within: (run) => context.with(trace.setSpan(around, span), run),
  end: () => span.end(),
});

const NONE: OpenSpan = { set() {}, rename() {}, fail() {}, within: (run) => run(), end() {} };

/** Random, unless a workflow has told the id of its span already. */
class Ids extends RandomIdGenerator {
  next: string | undefined;

  constructor() {
    super();
    const random = this.generateSpanId;
    this.generateSpanId = () => this.next ?? random();
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
