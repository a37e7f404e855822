import type { Stray } from '../../domain/differences';
import type { Tx } from '../database';

/** Takes the stray sessions that no sweep has reported yet, and marks them as reported. */
export async function takeUnreportedStrays(tx: Tx, { at }: { at: Date }): Promise<Stray[]> {
  return tx.$queryRaw<Stray[]>`
    UPDATE stray_sessions SET reported_at = ${at} WHERE reported_at IS NULL
    RETURNING session_id AS "sessionId", amount::float8, currency, reason`;
}
