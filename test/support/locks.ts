import type { Db } from '../../store/database';
import { until } from './until';

/** Waits until something waits for a lock in a test's database, which nothing else uses. */
export const waitsForLock = (db: Db): Promise<boolean> =>
  until(async () => {
    const waiting = await db.$queryRaw<object[]>`
      SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`;
    return waiting.length > 0;
  }, 'somebody to wait for a lock');
