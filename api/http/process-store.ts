import type { Store } from 'express-rate-limit';
import type { Clock } from '../../platform/clock';

/** The most keys that are counted at once; beyond that, the count starts anew for all. */
const MOST = 10_000;

/**
 * Counts of this process alone: they cost no query, and work while the database is away. For floods, where counting a
 * request in PostgreSQL would cost as much as what the limit guards.
 */
export function processStore(clock: Clock, windowMs: number): Store {
  const counts = new Map<string, { totalHits: number; resetTime: Date }>();
  return {
    localKeys: true,
    increment: (key) => {
      const now = clock.now();
      let count = counts.get(key);
      if (!count || count.resetTime.getTime() <= now) {
        if (counts.size >= MOST) counts.clear();
        count = { totalHits: 0, resetTime: new Date(now + windowMs) };
        counts.set(key, count);
      }
      count.totalHits += 1;
      return { ...count };
    },
    decrement: (key) => {
      const count = counts.get(key);
      if (count) count.totalHits -= 1;
    },
    resetKey: (key) => void counts.delete(key),
  };
}
