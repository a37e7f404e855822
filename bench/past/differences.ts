import type { Client } from 'pg';

/** A difference, as a comparison of the ledger names it. */
export interface Planted {
  kind: string;
  reference: string;
}

/**
 * Makes the ledger and the orders differ, all over the past, in each way that a comparison looks for, `each` times if
 * there are as many orders of that kind. No order differs in two ways.
 * @returns what a comparison must find, and nothing else
 */
export async function plantDifferences(client: Client, each: number): Promise<Planted[]> {
  await client.query(PICKED);
  const planted: Planted[] = [];
  for (const difference of DIFFERENCES) planted.push(...(await client.query<Planted>(difference(each))).rows);
  await client.query('DROP TABLE picked');
  await client.query('ANALYZE ledger_entries');
  return planted;
}

/** Orders by kind, in no order of time: session ids are random. */
const PICKED = `
  CREATE TEMP TABLE picked AS
  SELECT *, row_number() OVER (PARTITION BY kind ORDER BY session_id) - 1 AS place FROM (
    SELECT session_id, payment_intent_id, CASE
      WHEN status = 'EXPIRED' THEN 'expired' WHEN refunded = 250 THEN 'refunded in part' WHEN shipped_at IS NOT NULL THEN 'shipped'
      WHEN status = 'COMPLETED' AND payment_status = 'PAID' THEN 'song' END AS kind
    FROM orders o WHERE NOT EXISTS (SELECT 1 FROM disputes d WHERE d.session_id = o.session_id)
  ) known WHERE kind IS NOT NULL`;

/** Each with the kind and the reference of what it made different. */
const DIFFERENCES: ((each: number) => string)[] = [
  (each) => `
    UPDATE ledger_entries e SET amount = e.amount + 1 FROM picked p
    WHERE p.kind = 'song' AND place < ${each} AND e.payment_intent_id = p.payment_intent_id AND e.category = 'charge'
    RETURNING 'amount_differs' AS kind, p.session_id AS reference`,
  (each) => `
    INSERT INTO ledger_entries (id, at, category, type, source, session_id, traced_at, currency, amount, settled_currency, settled, fee)
    SELECT 'txn_strange' || n, at, 'charge', 'charge', 'ch_strange' || n, CASE WHEN n > ${each} THEN 'cs_test_strange' || n END,
      CASE WHEN n > ${each} THEN at END, 'eur', 1, 'eur', 1, 0
    FROM (SELECT n, l.first + (l.last - l.first) * (n::float / ${2 * each + 1}) AS at
      FROM (SELECT min(at) AS first, max(at) AS last FROM ledger_entries) l, generate_series(1, ${2 * each}) n) strange
    RETURNING 'captured_without_order' AS kind, coalesce(session_id, source) AS reference`,
  (each) => `
    WITH closed AS (
      UPDATE orders o SET payment_intent_id = 'pi_closed' || place FROM picked p
      WHERE p.kind = 'expired' AND place < ${each} AND o.session_id = p.session_id
      RETURNING o.session_id, o.payment_intent_id, o.total, o.hold_until
    ), charged AS (
      INSERT INTO ledger_entries (id, at, category, type, source, payment_intent_id, currency, amount, settled_currency, settled, fee)
      SELECT 'txn_' || payment_intent_id, hold_until, 'charge', 'charge', 'ch_' || payment_intent_id, payment_intent_id, 'eur', total, 'eur', total, 40
      FROM closed
    )
    SELECT 'paid_but_closed' AS kind, session_id AS reference FROM closed`,
  (each) => `
    UPDATE ledger_entries e SET amount = e.amount - 1 FROM picked p
    WHERE p.kind = 'refunded in part' AND place < ${each} AND e.payment_intent_id = p.payment_intent_id AND e.category = 'refund'
    RETURNING 'refund_differs' AS kind, e.source AS reference`,
  (each) => `
    UPDATE orders o SET refunded = refunded + 1 FROM picked p
    WHERE p.kind = 'refunded in part' AND place BETWEEN ${each} AND ${2 * each - 1} AND o.session_id = p.session_id
    RETURNING 'refund_differs' AS kind, o.session_id AS reference`,
  (each) => `
    DELETE FROM ledger_entries e USING picked p
    WHERE p.kind = 'refunded in part' AND place BETWEEN ${2 * each} AND ${3 * each - 1} AND e.payment_intent_id = p.payment_intent_id
      AND e.category = 'refund'
    RETURNING 'refund_differs' AS kind, e.source AS reference`,
  (each) => `
    DELETE FROM ledger_entries e USING picked p
    WHERE p.kind = 'shipped' AND place < ${each} AND e.payment_intent_id = p.payment_intent_id
    RETURNING 'missing_at_stripe' AS kind, p.session_id AS reference`,
  (each) => `
    UPDATE disputes SET withdrawn = 1 WHERE id IN (SELECT id FROM disputes WHERE NOT open ORDER BY id LIMIT ${each})
    RETURNING 'amount_differs' AS kind, id AS reference`,
  (each) => `
    UPDATE payouts SET transactions = transactions + 1 WHERE id IN (SELECT id FROM payouts ORDER BY id LIMIT ${each})
    RETURNING 'payout_differs' AS kind, id AS reference`,
];
