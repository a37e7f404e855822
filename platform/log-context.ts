import { AsyncLocalStorage } from 'node:async_hooks';

/**
 * What a line of the log is about, in one word each: the request, the order's number and session, the event, the
 * workflow and its run, the trace. Ids and codes only.
 */
export type LogContext = Record<string, string | number>;

const contexts = new AsyncLocalStorage<LogContext>();
let readTrace: () => LogContext | undefined = () => undefined;

/** Runs something whose lines in the log all carry these ids, beside those of what it is part of. */
export const withLogContext = <T>(about: LogContext, run: () => T): T =>
  contexts.run({ ...contexts.getStore(), ...about }, run);

/** Runs something that outlives the request that began it, and is no part of it. */
export const withoutLogContext = <T>(run: () => T): T => contexts.exit(run);

/** Adds ids that become known on the way; the lines from here on carry them. Outside of any context it does nothing. */
export function addToLogContext(about: LogContext): void {
  const current = contexts.getStore();
  if (current) Object.assign(current, about);
}

/** What the lines of this moment carry. */
export const logContext = (): LogContext => ({ ...contexts.getStore(), ...readTrace() });

/** Says where the trace of this moment is to be read. Only a process that traces calls it. */
export function readTraceFrom(read: () => LogContext | undefined): void {
  readTrace = read;
}
