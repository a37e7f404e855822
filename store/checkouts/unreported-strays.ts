import type { Stray } from '../../domain/differences';
import type { Tx } from '../database';

/** The complete sessions that are not ours and that no sweep has reported yet; from now on they count as reported. */
export async function takeUnreportedStrays(tx: Tx, { at }: { at: Date }): Promise<Stray[]> {
  return tx.$queryRaw<Stray[]>`
    UPDATE stray_sessions SET reported_at = ${at} WHERE reported_at IS NULL
    RETURNING session_id AS "sessionId", amount::float8, currency, reason`;
}
