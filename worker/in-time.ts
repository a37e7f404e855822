import type { Deps } from '../activities/deps';
import { within } from '../platform/within';

/** How long a scrape waits for the database before it leaves metrics out. */
const PATIENCE_MS = 2_000;

/**
 * A read for scrapes. It gives null if the database fails or does not answer in time: the rest of the scrape must not
 * wait for it. Nothing cancels a late statement, so the scrapes after it wait for the same one instead of starting
 * another. The log says when metrics go missing and when they are back, and not at each scrape.
 * @param what is read, for the log
 */
export function inTime<T>({ log }: Pick<Deps, 'log'>, what: string, read: () => Promise<T>): () => Promise<T | null> {
  let running: Promise<T> | undefined;
  let isMissing = false;
  return async () => {
    try {
      running ??= read().finally(() => {
        running = undefined;
      });
      const value = await within(PATIENCE_MS, running, () => new Error(`no answer within ${PATIENCE_MS} ms`));
      if (isMissing) log.warn({ metrics: what }, 'metrics that were missing are told again');
      isMissing = false;
      return value;
    } catch (error) {
      if (!isMissing) log.warn({ err: error, metrics: what }, 'metrics are missing: the database did not tell them');
      isMissing = true;
      return null;
    }
  };
}
