import { DefaultLogger, type RuntimeOptions } from '@temporalio/worker';
import type { Logger } from '../platform/logger';

/**
 * Runtime options that bring every line of Temporal's SDK into our log, as JSON: also those of its native core, which
 * writes to the console by itself otherwise.
 */
export const temporalLogging = (log: Logger): Pick<RuntimeOptions, 'logger' | 'telemetryOptions'> => ({
  logger: new DefaultLogger('WARN', ({ level, message, meta }) => {
    if (message === NO_WORKFLOWS) return;
    const write = level === 'ERROR' ? log.error : log.warn;
    write.call(
      log,
      {
        temporal: meta && {
          workflowId: meta.workflowId,
          activityType: meta.activityType,
          taskQueue: meta.taskQueue,
          error: errorName(meta.error),
        },
      },
      message,
    );
  }),
  telemetryOptions: { logging: { filter: { core: 'WARN', other: 'ERROR' }, forward: {} } },
});

/**
 * What the SDK warns of whenever a worker has only activities, as the one that calls Stripe has on purpose
 * (`workflow$` in worker.js of @temporalio/worker 1.24.0).
 */
const NO_WORKFLOWS = 'No workflows registered, not polling for workflow tasks';

/** Errors of the core come as text. */
function errorName(error: unknown): string | undefined {
  if (error instanceof Error) return `${error.name}: ${error.message}`;
  return typeof error === 'string' ? error : undefined;
}
