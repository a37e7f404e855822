-- The same sums. The orders and refunds of the days' entries, and the entries of the days' orders, are each looked up
-- by their index: where the days were busy, PostgreSQL read all orders, refunds and entries to join them at once.
CREATE OR REPLACE FUNCTION ledger_days(p_from date, p_until date)
RETURNS TABLE (day date, currency text, captured bigint, refunded bigint, disputed bigint, fees bigint, paid_out bigint,
               left_out bigint, orders_captured bigint, orders_refunded bigint)
LANGUAGE sql STABLE AS $$
  WITH entries AS (
    SELECT e.*, (e.at AT TIME ZONE 'UTC')::date AS on_day, o.session_id AS ordered, o.total AS order_total,
           (o.paid_at IS NOT NULL AND o.currency = e.currency) AS order_paid, r.amount AS refund_amount, r.status AS refund_status
    FROM ledger_entries e
    LEFT JOIN LATERAL (SELECT * FROM orders WHERE payment_intent_id = e.payment_intent_id LIMIT 1) o ON true
    LEFT JOIN LATERAL (SELECT * FROM refunds WHERE stripe_id = e.source LIMIT 1) r ON true
    WHERE e.at >= p_from::timestamp AT TIME ZONE 'UTC' AND e.at < (p_until + 1)::timestamp AT TIME ZONE 'UTC'
  ), moved AS (
    SELECT on_day, currency,
      CASE WHEN category = 'charge' THEN amount ELSE 0 END AS captured,
      CASE WHEN category = 'refund' AND ordered IS NOT NULL THEN -amount ELSE 0 END AS refunded,
      CASE WHEN category = 'dispute' THEN -amount ELSE 0 END AS disputed,
      0::bigint AS fees, 0::bigint AS paid_out,
      CASE WHEN category = 'charge' AND ordered IS NULL THEN amount ELSE 0 END AS left_out,
      CASE WHEN category = 'charge' AND order_paid THEN order_total ELSE 0 END AS orders_captured,
      -- A failed refund counts on the day it was asked for and, as money back, on the day it failed, as at Stripe.
      CASE WHEN category = 'refund' THEN sign(-amount)::bigint * coalesce(refund_amount, 0) ELSE 0 END AS orders_refunded
    FROM entries
    UNION ALL
    SELECT on_day, settled_currency, 0, 0, 0, fee, CASE WHEN category = 'payout' THEN -settled ELSE 0 END, 0, 0, 0 FROM entries
    UNION ALL
    SELECT (o.paid_at AT TIME ZONE 'UTC')::date, o.currency, 0, 0, 0, 0, 0, 0, o.total, 0 FROM orders o
    WHERE o.paid_at >= p_from::timestamp AT TIME ZONE 'UTC' AND o.paid_at < (p_until + 1)::timestamp AT TIME ZONE 'UTC'
      AND o.total > 0 AND o.payment_status <> 'NO_PAYMENT_REQUIRED'
      AND (SELECT true FROM ledger_entries e WHERE e.payment_intent_id = o.payment_intent_id AND e.category = 'charge' LIMIT 1) IS NULL
  )
  SELECT on_day, currency, sum(captured)::bigint, sum(refunded)::bigint, sum(disputed)::bigint, sum(fees)::bigint, sum(paid_out)::bigint,
         sum(left_out)::bigint, sum(orders_captured)::bigint, sum(orders_refunded)::bigint
  FROM moved GROUP BY on_day, currency ORDER BY on_day, currency
$$;
