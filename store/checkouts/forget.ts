import type { Db } from '../database';

/**
 * Forgets checkouts that never became an order, oldest first, about a thousand at a time: of one that has a session,
 * who asked for it; one without a session is removed. The lines of a session are kept, so that it can still be checked
 * if it is found paid after all. Safe to repeat, and for several at once.
 * @returns how far it came: everything created until then is done; null if nothing was left before `before`
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
