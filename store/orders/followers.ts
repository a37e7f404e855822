import type { SessionId } from '../../domain/ids';
import type { Db } from '../database';

/**
 * The ids of the workflows beside an order, which follow its refunds, disputes and notices; none unless staff
 * are shown that one of them is stuck: what is shown before that is what `retry` is about.
 */
export async function stuckFollowersOf(db: Db, sessionId: SessionId): Promise<string[]> {
  const rows = await db.$queryRaw<{ id: string }[]>`
    WITH stuck AS (SELECT session_id FROM orders WHERE session_id = ${sessionId} AND attention_step = 'follow')
    SELECT stripe_id AS id FROM stuck JOIN refunds USING (session_id) WHERE stripe_id IS NOT NULL
    UNION ALL SELECT id FROM stuck JOIN disputes USING (session_id)
    UNION ALL SELECT id FROM stuck JOIN notices USING (session_id)`;
  return rows.map(({ id }) => id);
}
