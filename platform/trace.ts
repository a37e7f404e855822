/**
 * The seams at which a request or an order is traced. With tracing off, which is so unless a collector is named
 * (start-tracing.ts), each is a plain call: OpenTelemetry is then not even loaded.
 */

/**
 * A trace's context as neighbours hand it over: `traceparent` (w3.org/TR/trace-context). Never `tracestate`, in which
 * whoever calls may write what they like.
 */
export type Carrier = Record<string, string>;

/** Ids, codes and numbers; never what a person typed. */
export type Attributes = Record<string, string | number | undefined>;

export interface SpanOptions {
  name: string;
  /** A `client` span is a part of something: without a span around it, it is left out. */
  kind: 'server' | 'client' | 'internal';
  attributes?: Attributes;
  /** What it is a part of, where that is in another process; else what runs around it. */
  parent?: Carrier | undefined;
  /** Whether the parent's decision to be traced counts. If not, this process decides as for a trace of its own. */
  trusted?: boolean;
}

/** A span under way. */
export interface OpenSpan {
  set(attributes: Attributes): void;
  rename(name: string): void;
  /** Marks it as failed, by a code. */
  fail(code: string): void;
  /** Runs something as a part of it. */
  within<T>(run: () => T): T;
  end(): void;
}

/** Something that is over, as a workflow tells of it. */
export interface Mark {
  name: string;
  attributes: Attributes;
  parent: Carrier;
  links: Carrier[];
  /** Of a span that others already name as their parent. */
  spanId?: string;
  startedAt: number;
}

export interface Tracer {
  start(options: SpanOptions): OpenSpan;
  /** Runs something as a part of no trace. */
  outside<T>(run: () => T): T;
  mark(mark: Mark): void;
  /** The context of this moment, to be handed on; empty outside of any span. */
  carrier(): Carrier;
  /** The trace of this moment. */
  traceId(): string | undefined;
  /** Sends what is left. Never rejects. */
  stop(): Promise<void>;
}

let tracer: Tracer | undefined;

export const setTracer = (one: Tracer): void => {
  tracer = one;
};
export const isTracing = (): boolean => tracer !== undefined;
export const traceCarrier = (): Carrier => tracer?.carrier() ?? {};
export const markSpan = (mark: Mark): void => tracer?.mark(mark);
export const stopTracing = async (): Promise<void> => tracer?.stop();
/** A span that its caller ends; null with tracing off. */
export const startSpan = (options: SpanOptions): OpenSpan | null => tracer?.start(options) ?? null;

/** Runs something that outlives the request that began it, and is no part of it. */
export const untraced = <T>(run: () => T): T => (tracer ? tracer.outside(run) : run());

/** Runs something as one span. It has failed if it rejects, by the error's code or class. */
export async function traced<T>(options: SpanOptions, run: (span: OpenSpan | null) => Promise<T>): Promise<T> {
  if (tracer === undefined) return run(null);
  const span = tracer.start(options);
  try {
    return await span.within(() => run(span));
  } catch (error) {
    span.fail(codeOf(error));
    throw error;
  } finally {
    span.end();
  }
}

function codeOf(error: unknown): string {
  const { code, type, name } = error as { code?: unknown; type?: unknown; name?: unknown };
  const found = [code, type, name].find((one) => typeof one === 'string' && /^[\w.:-]{1,80}$/.test(one));
  return typeof found === 'string' ? found : 'error';
}
