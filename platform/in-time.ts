import type { Logger } from './logger';
import { within } from './within';

/** How long a scrape waits for an answer before it leaves metrics out. */
const PATIENCE_MS = 2_000;

/**
 * A read for scrapes, from the database or from Temporal. It gives null if that fails or does not answer in time: the
 * rest of the scrape must not wait for it. Nothing cancels a late read, so the scrapes after it wait for the same one
 * instead of starting another. The log says when metrics go missing and when they are back, and not at each scrape.
 * @param what is read, for the log
 */
export function inTime<T>(
  { log }: { log: Pick<Logger, 'warn'> },
  what: string,
  read: () => Promise<T>,
): () => Promise<T | null> {
  let running: Promise<T> | undefined;
  let isMissing = false;
  return async () => {
    try {
      running ??= read().finally(() => {
        running = undefined;
      });
      const value = await within(PATIENCE_MS, running, () => new Error(`no answer within ${PATIENCE_MS} ms`));
      if (isMissing) log.warn({ metrics: what }, 'metrics are reported again');
      isMissing = false;
      return value;
    } catch (error) {
      if (!isMissing) log.warn({ err: error, metrics: what }, 'metrics are missing: their source did not answer');
      isMissing = true;
      return null;
    }
  };
}
