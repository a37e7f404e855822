-- Refunds that Stripe refuses for good, and what staff make of them. Each check is only loosened.

ALTER TABLE refunds
  ADD COLUMN refused_at TIMESTAMPTZ(3),
  ADD COLUMN refusals INTEGER NOT NULL DEFAULT 0,
  ADD CONSTRAINT refunds_refusals_bounds CHECK (refusals >= 0),
  DROP CONSTRAINT refunds_refused_has_why,
  DROP CONSTRAINT refunds_made_by_stripe,
  -- A refused refund says why, and still does once staff have resolved it.
  ADD CONSTRAINT refunds_refused_has_why CHECK (CASE
    WHEN status = 'refused' THEN refusal IS NOT NULL
    WHEN status IN ('withdrawn', 'settled_elsewhere') THEN true
    ELSE refusal IS NULL END),
  -- A refund that Stripe made is never called refused, and one without Stripe's id was not made by Stripe. Staff may
  -- resolve either kind: one that Stripe refused, or one that failed later.
  ADD CONSTRAINT refunds_made_by_stripe CHECK (CASE
    WHEN status IN ('withdrawn', 'settled_elsewhere') THEN true
    ELSE (stripe_id IS NULL) = (status IN ('requested', 'refused')) END),
  -- What was settled elsewhere counts, so it has an amount.
  ADD CONSTRAINT refunds_settled_elsewhere_amount CHECK (status <> 'settled_elsewhere' OR amount IS NOT NULL);

-- The same list as ATTENTION_STEPS in domain/attention.ts. A test compares the two.
ALTER TABLE orders
  ADD COLUMN accepted_at TIMESTAMPTZ(3),
  DROP CONSTRAINT orders_attention_step_known,
  ADD CONSTRAINT orders_attention_step_known CHECK (attention_step IN
    ('open', 'take-up', 'confirm', 'expire-session', 'release', 'commit', 'ship', 'read', 'complete', 'refund', 'return', 'decide', 'follow', 'mail',
     'contact', 'refund-failed', 'refund-refused', 'refund-unknown', 'dispute-lost', 'review-closed', 'fraud-warning'));
