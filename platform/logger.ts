import { type Logger, pino } from 'pino';

export type { Logger };

/** Writes JSON lines to standard output. Personal data and secrets are removed before a line is written. */
export function createLogger(name: string, level: string): Logger {
  return pino({
    name,
    level,
    redact: {
      paths: [
        '*.email',
        '*.name_on_card',
        '*.address',
        '*.token',
        'req.headers',
        'req.query',
        'err.raw',
        'err.headers',
      ],
      remove: true,
    },
    serializers: { err: describeError },
  });
}

/** An error for the log: its class, code and stack, never the request or the raw response it came from. */
function describeError(error: unknown) {
  if (!(error instanceof Error)) return { message: 'not an error' };
  const { code, statusCode, requestId } = error as { code?: unknown; statusCode?: unknown; requestId?: unknown };
  return { type: error.name, message: error.message, code, statusCode, requestId, stack: error.stack };
}
