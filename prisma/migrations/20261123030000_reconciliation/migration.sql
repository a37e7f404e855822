-- What the sweep has done, what it has found, and the ledger it holds against the orders.

CREATE TYPE "ReconciliationStatus" AS ENUM ('RUNNING', 'COMPLETED', 'FAILED');

CREATE TABLE "reconciliations" (
    "id" UUID NOT NULL,
    "trigger" TEXT NOT NULL,
    "status" "ReconciliationStatus" NOT NULL,
    "window" JSONB,
    "started_at" TIMESTAMPTZ(3) NOT NULL,
    "finished_at" TIMESTAMPTZ(3),
    "checked" INTEGER NOT NULL DEFAULT 0,
    "discrepancies" JSONB NOT NULL DEFAULT '[]',
    "failure" TEXT,

    CONSTRAINT "reconciliations_pkey" PRIMARY KEY ("id")
);
CREATE INDEX "reconciliations_started_at_idx" ON "reconciliations"("started_at");

CREATE TABLE "reconciliation_repairs" (
    "reconciliation_id" UUID NOT NULL,
    "session_id" TEXT NOT NULL,
    "action" TEXT NOT NULL,
    "version" INTEGER,
    "changed" BOOLEAN NOT NULL DEFAULT false,

    CONSTRAINT "reconciliation_repairs_pkey" PRIMARY KEY ("reconciliation_id", "session_id")
);
ALTER TABLE "reconciliation_repairs" ADD CONSTRAINT "reconciliation_repairs_reconciliation_id_fkey" FOREIGN KEY ("reconciliation_id") REFERENCES "reconciliations"("id") ON DELETE CASCADE ON UPDATE CASCADE;

CREATE TABLE "discrepancies" (
    "kind" TEXT NOT NULL,
    "reference" TEXT NOT NULL,
    "detail" TEXT NOT NULL,
    "currency" TEXT,
    "amount" BIGINT,
    "told_once" BOOLEAN NOT NULL DEFAULT false,
    "found_by" UUID,
    "first_seen_at" TIMESTAMPTZ(3) NOT NULL,
    "last_seen_at" TIMESTAMPTZ(3) NOT NULL,
    "resolved_at" TIMESTAMPTZ(3),
    "report_key" TEXT,
    "reported_at" TIMESTAMPTZ(3),

    CONSTRAINT "discrepancies_pkey" PRIMARY KEY ("kind", "reference")
);

CREATE TABLE "sweep_marks" (
    "name" TEXT NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "sweep_marks_pkey" PRIMARY KEY ("name")
);

CREATE TABLE "ledger_entries" (
    "id" TEXT NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,
    "category" TEXT NOT NULL,
    "type" TEXT NOT NULL,
    "source" TEXT,
    "payment_intent_id" TEXT,
    "session_id" TEXT,
    "traced_at" TIMESTAMPTZ(3),
    "currency" TEXT NOT NULL,
    "amount" BIGINT NOT NULL,
    "settled_currency" TEXT NOT NULL,
    "settled" BIGINT NOT NULL,
    "fee" BIGINT NOT NULL,

    CONSTRAINT "ledger_entries_pkey" PRIMARY KEY ("id")
);
CREATE INDEX "ledger_entries_at_idx" ON "ledger_entries"("at");
CREATE INDEX "ledger_entries_source_idx" ON "ledger_entries"("source");
CREATE INDEX "ledger_entries_payment_intent_id_idx" ON "ledger_entries"("payment_intent_id");
CREATE INDEX "ledger_entries_session_id_idx" ON "ledger_entries"("session_id");

CREATE TABLE "payouts" (
    "id" TEXT NOT NULL,
    "currency" TEXT NOT NULL,
    "amount" BIGINT NOT NULL,
    "status" TEXT NOT NULL,
    "automatic" BOOLEAN NOT NULL,
    "arrival_at" TIMESTAMPTZ(3) NOT NULL,
    "transactions" BIGINT,
    "checked_at" TIMESTAMPTZ(3),
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "updated_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "payouts_pkey" PRIMARY KEY ("id")
);

-- --- Laws ----------------------------------------------------------------------------------------------------------------------------

ALTER TABLE reconciliations
  ADD CONSTRAINT reconciliations_trigger_known CHECK (trigger IN ('schedule', 'staff')),
  ADD CONSTRAINT reconciliations_ended_whole CHECK ((status = 'RUNNING') = (finished_at IS NULL));
ALTER TABLE discrepancies ADD CONSTRAINT discrepancies_kind_known CHECK
  (kind IN ('captured_without_order', 'paid_but_closed', 'amount_differs', 'refund_differs', 'payout_differs', 'missing_at_stripe'));
ALTER TABLE ledger_entries ADD CONSTRAINT ledger_entries_category_known CHECK
  (category IN ('charge', 'refund', 'dispute', 'payout', 'fee', 'other'));
ALTER TABLE payouts ADD CONSTRAINT payouts_checked_whole CHECK ((transactions IS NULL) = (checked_at IS NULL));

-- A mark never goes back: two sweeps beside each other end in either order.
CREATE FUNCTION keep_sweep_mark() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  NEW.at := greatest(NEW.at, OLD.at);
  RETURN NEW;
END $$;
CREATE TRIGGER sweep_marks_forward BEFORE UPDATE ON sweep_marks FOR EACH ROW EXECUTE FUNCTION keep_sweep_mark();

-- What the sweep asks for, small because it is partial.
CREATE INDEX discrepancies_open ON discrepancies (kind) WHERE resolved_at IS NULL;
CREATE INDEX discrepancies_unreported ON discrepancies (first_seen_at) WHERE report_key IS NULL;
CREATE INDEX discrepancies_report ON discrepancies (report_key) WHERE report_key IS NOT NULL AND reported_at IS NULL;
CREATE INDEX payouts_differ ON payouts (id) WHERE transactions <> amount;
CREATE INDEX stray_sessions_unreported ON stray_sessions (seen_at) WHERE reported_at IS NULL;
CREATE INDEX orders_paid ON orders (paid_at) WHERE paid_at IS NOT NULL;
CREATE INDEX refunds_updated ON refunds (updated_at);

-- --- The ledger per day (UTC) and currency --------------------------------------------------------------------------------------------

-- Stripe's balance transactions of these days beside the orders' own money. `left_out` is what was captured for nobody here. The charges,
-- refunds and disputes are in the currency of the order, fees and payouts in the one that Stripe settles in.
CREATE FUNCTION ledger_days(p_from date, p_until date)
RETURNS TABLE (day date, currency text, captured bigint, refunded bigint, disputed bigint, fees bigint, paid_out bigint,
               left_out bigint, orders_captured bigint, orders_refunded bigint)
LANGUAGE sql STABLE AS $$
  WITH entries AS (
    SELECT e.*, (e.at AT TIME ZONE 'UTC')::date AS on_day, o.session_id AS ordered, o.total AS order_total,
           (o.paid_at IS NOT NULL AND o.currency = e.currency) AS order_paid, r.amount AS refund_amount, r.status AS refund_status
    FROM ledger_entries e
    LEFT JOIN orders o ON o.payment_intent_id = e.payment_intent_id
    LEFT JOIN refunds r ON r.stripe_id = e.source
    WHERE e.at >= p_from::timestamp AT TIME ZONE 'UTC' AND e.at < (p_until + 1)::timestamp AT TIME ZONE 'UTC'
  ), moved AS (
    SELECT on_day, currency,
      CASE WHEN category = 'charge' THEN amount ELSE 0 END AS captured,
      CASE WHEN category = 'refund' AND ordered IS NOT NULL THEN -amount ELSE 0 END AS refunded,
      CASE WHEN category = 'dispute' THEN -amount ELSE 0 END AS disputed,
      0::bigint AS fees, 0::bigint AS paid_out,
      CASE WHEN category = 'charge' AND ordered IS NULL THEN amount ELSE 0 END AS left_out,
      CASE WHEN category = 'charge' AND order_paid THEN order_total ELSE 0 END AS orders_captured,
      -- A refund that failed stands here on the day it was asked for and, given back, on the day it failed, as at Stripe.
      CASE WHEN category = 'refund' THEN sign(-amount)::bigint * coalesce(refund_amount, 0) ELSE 0 END AS orders_refunded
    FROM entries
    UNION ALL
    SELECT on_day, settled_currency, 0, 0, 0, fee, CASE WHEN category = 'payout' THEN -settled ELSE 0 END, 0, 0, 0 FROM entries
    UNION ALL
    SELECT (o.paid_at AT TIME ZONE 'UTC')::date, o.currency, 0, 0, 0, 0, 0, 0, o.total, 0 FROM orders o
    WHERE o.paid_at >= p_from::timestamp AT TIME ZONE 'UTC' AND o.paid_at < (p_until + 1)::timestamp AT TIME ZONE 'UTC'
      AND o.total > 0 AND o.payment_status <> 'NO_PAYMENT_REQUIRED'
      AND NOT EXISTS (SELECT 1 FROM ledger_entries e WHERE e.payment_intent_id = o.payment_intent_id AND e.category = 'charge')
  )
  SELECT on_day, currency, sum(captured)::bigint, sum(refunded)::bigint, sum(disputed)::bigint, sum(fees)::bigint, sum(paid_out)::bigint,
         sum(left_out)::bigint, sum(orders_captured)::bigint, sum(orders_refunded)::bigint
  FROM moved GROUP BY on_day, currency ORDER BY on_day, currency
$$;

CREATE INDEX reconciliations_running ON reconciliations (started_at) WHERE status = 'RUNNING';
