import type { Db } from '../database';

/**
 * Forgets checkouts that never became an order, oldest first, about a thousand at a time. A checkout without a session
 * is removed. A checkout with a session loses its personal data and keeps its lines, in case the session turns out to
 * be paid. Safe to repeat, and to run several times at once.
 * @returns the time up to which everything is done; null if nothing was left before `before`
 */
export async function forgetAttempts(db: Db, { since, before }: { since: Date; before: Date }): Promise<Date | null> {
  const [{ done }] = await db.$queryRaw<[{ done: Date | null }]>`
    WITH batch AS (
      SELECT id, session_id, created_at FROM checkouts WHERE created_at > ${since} AND created_at < ${before}
      ORDER BY created_at FETCH FIRST 1000 ROWS WITH TIES
    ), attempts AS (
      SELECT * FROM batch b WHERE NOT EXISTS (SELECT 1 FROM orders o WHERE o.session_id = b.session_id)
    ), removed AS (
      DELETE FROM checkouts c USING attempts a WHERE c.id = a.id AND a.session_id IS NULL
    ), emptied AS (
      UPDATE checkouts c SET request = '{}', client_hash = NULL, url = NULL FROM attempts a
      WHERE c.id = a.id AND a.session_id IS NOT NULL
    )
    SELECT max(created_at) AS done FROM batch`;
  return done;
}
