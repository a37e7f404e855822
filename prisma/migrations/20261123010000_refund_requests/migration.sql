-- What staff ask to be given back: with what goes back on the shelf, and with the answer when there is nothing to give.

ALTER TABLE "refunds"
  ADD COLUMN "restock" JSONB,
  ADD COLUMN "request_hash" TEXT,
  ADD COLUMN "refusal" TEXT,
  ADD COLUMN "refusal_reason" TEXT;

ALTER TABLE refunds
  ADD CONSTRAINT refunds_attempt_bounds CHECK (attempt >= 0),
  ADD CONSTRAINT refunds_refusal_whole CHECK ((refusal IS NULL) = (refusal_reason IS NULL)),
  -- What Stripe has made is never called refused, and what has no id was not made by Stripe.
  ADD CONSTRAINT refunds_refused_has_why CHECK ((status = 'refused') = (refusal IS NOT NULL)),
  ADD CONSTRAINT refunds_made_by_stripe CHECK ((stripe_id IS NULL) = (status IN ('requested', 'refused')));

-- Of several that once emptied an order, only the last leads back.
UPDATE refunds r SET status_before = NULL WHERE status_before IS NOT NULL
  AND (EXISTS (SELECT 1 FROM orders o WHERE o.session_id = r.session_id AND o.status <> 'REFUNDED')
    OR EXISTS (SELECT 1 FROM refunds later WHERE later.session_id = r.session_id AND later.status_before IS NOT NULL
                 AND (later.updated_at, later.key) > (r.updated_at, r.key)));
-- A refund that empties an order says what the order was before; no two do at a time, so there is one way back.
CREATE UNIQUE INDEX refunds_one_way_back ON refunds (session_id) WHERE status_before IS NOT NULL;
