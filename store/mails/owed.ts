import type { SessionId } from '../../domain/ids';
import type { Db } from '../database';

/** A mail that an order still owes, according to the database. */
export interface OwedMail {
  template:
    | 'order_confirmation'
    | 'order_received'
    | 'order_shipped'
    | 'return_received'
    | 'payment_failed'
    | 'checkout_expired';
  /** The parcel or return that it is about; null for a mail that goes out once per order. */
  ref: string | null;
}

/**
 * The mails that these orders owe: something has happened, and its mail was neither sent, given up, nor left out on
 * purpose. One that waits for the provider is not owed, because it goes out by itself. The run that takes over from a
 * terminated one sends them. (`readFollowersOwing` is about the mails of the workflows beside them.) One statement,
 * which reads the orders first: joined to others, PostgreSQL scans tables that grow.
 */
export async function readOwedMails(
  db: Db,
  sessions: readonly SessionId[],
): Promise<(OwedMail & { sessionId: SessionId })[]> {
  return db.$queryRaw<(OwedMail & { sessionId: SessionId })[]>`
    WITH o AS MATERIALIZED (
      SELECT session_id, status, payment_status FROM orders WHERE session_id = ANY(${sessions})
    ), due AS (
      SELECT o.session_id, t.template, NULL AS ref, t.template || '/' || o.session_id AS key
        FROM o CROSS JOIN (VALUES ('order_confirmation'), ('order_received')) AS t(template)
        WHERE o.status IN ('PAID', 'PREPARING', 'SHIPPED', 'COMPLETED')
      UNION ALL
      SELECT s.session_id, 'order_shipped', s.id::text, 'order_shipped/' || s.session_id || '/' || s.id
        FROM shipments s WHERE s.session_id = ANY(${sessions})
      UNION ALL
      SELECT r.session_id, 'return_received', r.id::text, 'return_received/' || r.session_id || '/' || r.id
        FROM returns r WHERE r.session_id = ANY(${sessions})
      UNION ALL
      SELECT o.session_id, t.template, NULL, t.template || '/' || o.session_id
        FROM o CROSS JOIN LATERAL (
          SELECT CASE WHEN o.payment_status = 'FAILED' THEN 'payment_failed' ELSE 'checkout_expired' END AS template) AS t
        WHERE o.status = 'EXPIRED'
    )
    SELECT d.session_id AS "sessionId", d.template, d.ref FROM due d
    WHERE NOT EXISTS (SELECT 1 FROM mails m WHERE m.key = d.key AND (m.status <> 'WRITTEN' OR m.next_try_at IS NOT NULL))
      AND NOT EXISTS (SELECT 1 FROM timeline t WHERE t.session_id = d.session_id AND t.key = 'mail/' || d.key || '/unsent')
      AND NOT EXISTS (SELECT 1 FROM customers c WHERE c.session_id = d.session_id AND c.erased_at IS NOT NULL)
    ORDER BY d.session_id, d.template, d.ref`;
}

/**
 * The refunds, disputes and notices, by Stripe's ids, whose workflows owe a mail: since a time a refund has ended or
 * staff were called, and the mail about it was neither sent, given up, nor left out on purpose. One that waits for the
 * provider is not owed. One statement, which reads what has happened first, as above.
 */
export async function readFollowersOwing(db: Db, since: Date): Promise<string[]> {
  const rows = await db.$queryRaw<{ id: string }[]>`
    WITH due AS MATERIALIZED (
      SELECT stripe_id AS id, session_id,
          CASE status WHEN 'succeeded' THEN 'order_refunded/' ELSE 'refund_failed/' END || session_id || '/' || stripe_id AS key
        FROM refunds WHERE status IN ('succeeded', 'failed', 'canceled') AND updated_at >= ${since}
      UNION ALL
      SELECT call ->> 'subject', o.session_id, 'attention_needed/' || o.session_id || '/' || (call ->> 'step') || '/'
          || (call ->> 'subject') || coalesce('/' || d.openings, '')
        FROM orders o CROSS JOIN jsonb_array_elements(o.calls) AS call
        LEFT JOIN disputes d ON d.id = call ->> 'subject' AND call ->> 'step' IN ('dispute-lost', 'dispute-won')
        WHERE o.attention_step IS NOT NULL AND (call ->> 'since')::timestamptz >= ${since}
          AND call ->> 'step' NOT IN ('follow', 'mail-lost')
    )
    SELECT DISTINCT d.id FROM due d
    WHERE NOT EXISTS (SELECT 1 FROM mails m WHERE m.key = d.key AND (m.status <> 'WRITTEN' OR m.next_try_at IS NOT NULL))
      AND NOT EXISTS (SELECT 1 FROM timeline t WHERE t.session_id = d.session_id AND t.key = 'mail/' || d.key || '/unsent')
      AND NOT EXISTS (SELECT 1 FROM customers c WHERE c.session_id = d.session_id AND c.erased_at IS NOT NULL)
    ORDER BY d.id`;
  return rows.map(({ id }) => id);
}
