import { within } from '../platform/within';

/** How long a scrape waits for the database before it leaves a metric out. */
const PATIENCE_MS = 2_000;

/** Null if the database does not answer in time: the rest of the scrape must not wait for it. */
export const inTime = <T>(asked: Promise<T>): Promise<T | null> =>
  within(PATIENCE_MS, asked, () => new Error('no answer')).catch(() => null);
