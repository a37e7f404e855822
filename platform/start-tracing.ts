import type { Env } from './env';
import { readTraceFrom } from './log-context';
import type { LogProcess } from './log-levels';
import type { Logger } from './logger';
import { setTracer } from './trace';

/** Traces this process if a collector is named. To be called before anything connects to its neighbours. */
export function startTracing(env: Pick<Env, 'OTEL_EXPORTER_OTLP_ENDPOINT'>, process: LogProcess, log: Logger): void {
  const endpoint = env.OTEL_EXPORTER_OTLP_ENDPOINT;
  if (endpoint === undefined) return;
  const { createTracer } = require('./opentelemetry') as typeof import('./opentelemetry'); // a tenth of a second
  const tracer = createTracer(endpoint, `holdfast-${process}`, log);
  setTracer(tracer);
  readTraceFrom(() => {
    const trace = tracer.traceId();
    return trace === undefined ? undefined : { trace };
  });
}
