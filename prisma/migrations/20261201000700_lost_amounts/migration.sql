-- What an order's money has come to: what was refunded, what banks took for good by disputes, and what is left.

ALTER TABLE disputes
  -- In the dispute's currency. Stays while an appeal has opened the dispute again: the bank still has the money.
  ADD COLUMN lost_amount bigint NOT NULL DEFAULT 0,
  ADD COLUMN lost_at timestamptz(3),
  -- Whether the bank takes an answer: not if Stripe gives 0 as the day, or a day that has passed.
  ADD COLUMN answerable boolean NOT NULL DEFAULT true;
ALTER TABLE orders
  ADD COLUMN lost_amount bigint NOT NULL DEFAULT 0,
  ADD COLUMN status_before_loss "OrderStatus",
  -- Only an order that a loss has ended has a way back.
  ADD CONSTRAINT orders_way_back_of_an_ended CHECK (status_before_loss IS NULL OR status = 'REFUNDED'),
  -- The same list as ATTENTION_STEPS in domain/attention.ts. A test compares the two.
  DROP CONSTRAINT orders_attention_step_known,
  ADD CONSTRAINT orders_attention_step_known CHECK (attention_step IN
    ('open', 'take-up', 'confirm', 'expire-session', 'release', 'commit', 'ship', 'read', 'complete', 'refund', 'return', 'decide', 'follow', 'mail',
     'contact', 'refund-failed', 'refund-refused', 'refund-unknown', 'dispute-lost', 'dispute-won', 'review-closed', 'fraud-warning'));
ALTER TABLE download_grants
  ADD COLUMN revoked_by_dispute boolean NOT NULL DEFAULT false,
  ADD CONSTRAINT download_grants_revoked_by_something CHECK (NOT revoked_by_dispute OR revoked_at IS NOT NULL);

-- An order has lost what its disputes have. A dispute in another currency says nothing of how much is left in the
-- order's own, so it counts as everything: too little refunded can be put right, too much cannot.
CREATE FUNCTION sum_lost() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  UPDATE orders o SET lost_amount = s.lost
    FROM (SELECT coalesce(sum(CASE WHEN d.currency = o2.currency OR d.lost_amount = 0 THEN d.lost_amount ELSE o2.total END), 0) AS lost
          FROM disputes d JOIN orders o2 USING (session_id) WHERE d.session_id = NEW.session_id) s
    WHERE o.session_id = NEW.session_id AND o.lost_amount <> s.lost;
  RETURN NULL;
END $$;
CREATE TRIGGER disputes_sum_lost AFTER INSERT OR UPDATE OF lost_amount ON disputes FOR EACH ROW EXECUTE FUNCTION sum_lost();

-- What was lost before there were amounts.
UPDATE disputes SET lost_amount = amount, lost_at = coalesce(closed_at, updated_at) WHERE lost;

ALTER TABLE disputes
  ADD CONSTRAINT disputes_lost_amount_bounds CHECK (lost_amount >= 0),
  ADD CONSTRAINT disputes_lost_has_time CHECK (NOT lost OR lost_at IS NOT NULL);
