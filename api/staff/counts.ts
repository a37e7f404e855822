import type { Clock } from '../../platform/clock';
import { within } from '../../platform/within';

/** How long counts are shown before they are asked for again, and how long an answer may take. */
const KEPT_MS = 10_000;
export const COUNT_MS = 2_000;

/** Asks at most once in ten seconds, however many pages show the answer. */
export function kept<T>(clock: Clock, ask: (now: number) => Promise<T>): () => Promise<T> {
  let known: { at: number; answer: Promise<T> } | null = null;
  return () => {
    const now = clock.now();
    if (known === null || now - known.at >= KEPT_MS) known = { at: now, answer: ask(now) };
    return known.answer;
  };
}

/** A count, or null where there is none in time: a page is shown without it. */
export const counted = (count: Promise<number>): Promise<number | null> =>
  within(COUNT_MS, count, () => new Error('no answer')).catch(() => null);
