import { type DestinationStream, type Logger, pino } from 'pino';
import type { Env } from './env';
import { logContext } from './log-context';
import type { LOG_MODULES, LogLevel, LogProcess } from './log-levels';
import { isError, scrubber, withoutPrivate } from './log-scrubber';
import { secretsOf } from './secrets-of';

export type { Logger };

/** A line at `error` or above, as it was given to the log: nothing is removed from it yet. */
export interface ErrorLine {
  module: string;
  about: Record<string, unknown>;
  message: string;
}

interface LoggerOptions {
  onError?: ((line: ErrorLine) => void) | undefined;
  /** Standard output, unless a test reads the lines. */
  destination?: DestinationStream;
}

/**
 * Writes JSON lines to standard output, each with the ids of what it is about (log-context.ts). Personal data and
 * secrets are removed before a line is written.
 */
export function createLogger(
  process: LogProcess,
  env: Pick<Env, 'LOG_LEVEL' | 'LOG_LEVELS'> & Partial<Env>,
  { onError, destination }: LoggerOptions = {},
): Logger {
  const levelOf = (module: string): LogLevel =>
    env.LOG_LEVELS[`${process}.${module}`] ?? env.LOG_LEVELS[process] ?? env.LOG_LEVEL;
  const log = pino(
    {
      name: process,
      level: levelOf(''),
      mixin: logContext,
      // What pino makes of errors by itself says more than it may.
      serializers: { err: (described: unknown) => described },
      formatters: { log: (line) => withoutPrivate(withError(line)) as Record<string, unknown> },
      hooks: {
        streamWrite: scrubber(secretsOf(env)),
        ...(onError && {
          logMethod(args, write, level) {
            if (level >= ERROR) tell(onError, this.bindings(), args);
            write.apply(this, args);
          },
        }),
      },
    },
    destination as DestinationStream,
  );
  const made = new Map<string, Logger>();
  modulesOf.set(log, (module) => {
    const known = made.get(module) ?? log.child({ module: `${process}.${module}` }, { level: levelOf(module) });
    made.set(module, known);
    return known;
  });
  return log;
}

/** What was thrown and is no error could be anything that somebody typed: of that, only what it is. */
const withError = (line: Record<string, unknown>): Record<string, unknown> =>
  'err' in line && !isError(line.err) ? { ...line, err: { type: typeof line.err } } : line;

const ERROR = 50;

/** Whoever writes a line must not fail because somebody else is told of it, whatever the line holds. */
function tell(onError: (line: ErrorLine) => void, bindings: Record<string, unknown>, args: unknown[]): void {
  try {
    onError(errorLine(bindings, args));
  } catch {
    // The line itself is in the log.
  }
}

function errorLine({ name, module }: Record<string, unknown>, args: unknown[]): ErrorLine {
  const [first, second] = args;
  const about = typeof first === 'object' && first !== null ? (first as Record<string, unknown>) : {};
  return {
    module: String(module ?? name),
    about: { ...logContext(), ...about },
    message: String(typeof first === 'string' ? first : (second ?? '')),
  };
}

type Module = (typeof LOG_MODULES)[LogProcess][number];
const modulesOf = new WeakMap<object, (module: string) => Logger>();

/** The log of one part of a process: with its name in each line, and with its own level. The same one each time. */
export const moduleLog = <L extends Partial<Logger>>(log: L, module: Module): L =>
  (modulesOf.get(log)?.(module) as L | undefined) ?? log;
