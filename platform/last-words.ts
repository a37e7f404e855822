import type { Logger } from './logger';

/**
 * Has what Node itself would print as plain text written to the log instead: its warnings, and the error that ends the
 * process. It ends all the same: what an unforeseen error left half done is for the next process to go on with.
 * @param told resolves once others have heard of the error, too
 */
export function lastWords(log: Logger, told: () => Promise<unknown> = async () => undefined): void {
  process.removeAllListeners('warning');
  process.on('warning', (warning) => log.warn({ err: warning }, 'Node.js warning'));
  let isEnding = false;
  // A second error, while others are still told of the first, must not have Node end the process by itself.
  process.on('uncaughtException', (error) => {
    log.fatal({ err: error }, 'uncaught error; the process exits');
    if (!isEnding) void told().finally(() => process.exit(1));
    isEnding = true;
  });
}
