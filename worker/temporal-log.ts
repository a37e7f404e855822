import { DefaultLogger, type RuntimeOptions } from '@temporalio/worker';
import { isSessionId } from '../domain/ids';
import type { LogLevel } from '../platform/log-levels';
import type { Logger } from '../platform/logger';

/**
 * Runtime options that bring every line of Temporal's SDK into our log, as JSON: also those of its native core, which
 * writes to the console by itself otherwise.
 * @param wanted more than warnings only where `LOG_LEVELS` names this module: the SDK says much at `info`
 */
export function temporalLogging(
  log: Logger,
  wanted: LogLevel = 'warn',
): Pick<RuntimeOptions, 'logger' | 'telemetryOptions'> {
  const level = LEVELS[wanted];
  return {
    logger: new DefaultLogger(level, ({ level: severity, message, meta }) => {
      if (message === NO_WORKFLOWS) return;
      const write = log[PINO[severity]];
      write.call(log, aboutOf(meta ?? {}), message);
    }),
    telemetryOptions: { logging: { filter: { core: level, other: 'ERROR' }, forward: {} } },
  };
}

const LEVELS = {
  trace: 'TRACE',
  debug: 'DEBUG',
  info: 'INFO',
  warn: 'WARN',
  error: 'ERROR',
  fatal: 'ERROR',
  silent: 'ERROR',
} as const;
const PINO = { TRACE: 'trace', DEBUG: 'debug', INFO: 'info', WARN: 'warn', ERROR: 'error' } as const;

/** What a line is about, by the names that our own lines have. Everything else that the SDK adds is left out. */
function aboutOf(meta: Record<string, unknown>): Record<string, unknown> {
  const workflow = meta.workflowId ?? meta.workflow_id;
  return {
    ...(typeof workflow === 'string' && { workflow, ...(isSessionId(workflow) && { session: workflow }) }),
    run: meta.runId ?? meta.run_id,
    temporal: {
      workflowType: meta.workflowType,
      activityType: meta.activityType,
      attempt: meta.attempt,
      taskQueue: meta.taskQueue,
      part: meta.target ?? meta.sdkComponent,
    },
    ...(meta.error !== undefined && errorIn(meta.error)),
  };
}

/** Errors of the core come as text. */
const errorIn = (error: unknown) => (typeof error === 'string' ? { error } : { err: error });

/**
 * What the SDK warns of whenever a worker has only activities, as the one that calls Stripe has on purpose
 * (`workflow$` in worker.js of @temporalio/worker 1.24.0).
 */
const NO_WORKFLOWS = 'No workflows registered, not polling for workflow tasks';
