-- The laws that the database keeps by itself, whatever code writes to it. Each subject has its bounds first, then its
-- triggers and functions, then its partial indexes, which stay small however much the table grows.

-- --- Catalogue -----------------------------------------------------------------------------------------------------

ALTER TABLE products ADD CONSTRAINT products_sku_form CHECK (sku ~ '^[A-Za-z0-9._-]{1,40}$');
ALTER TABLE prices
  ADD CONSTRAINT prices_amount_bounds CHECK (amount >= 0 AND (minimum IS NULL OR minimum BETWEEN 0 AND amount)),
  ADD CONSTRAINT prices_currency_form CHECK (currency ~ '^[a-z]{3}$');

-- One current price for each currency, and at most one pay-what-you-want price.
CREATE UNIQUE INDEX prices_one_current ON prices (sku, currency) WHERE current AND minimum IS NULL;
CREATE UNIQUE INDEX prices_one_pay_what_you_want ON prices (sku) WHERE current AND minimum IS NOT NULL;

-- --- Orders --------------------------------------------------------------------------------------------------------

-- Order numbers are short, rise, and are never used twice.
CREATE SEQUENCE order_number_seq START WITH 1001;

ALTER TABLE orders
  ADD CONSTRAINT orders_money_bounds CHECK (subtotal >= 0 AND total >= 0 AND refunded >= 0),
  ADD CONSTRAINT orders_tax_included_bounds CHECK (0 <= tax_included AND tax_included <= tax),
  ADD CONSTRAINT orders_presentment_whole CHECK ((presentment_amount IS NULL) = (presentment_currency IS NULL)),
  ADD CONSTRAINT orders_attention_whole CHECK ((attention_step IS NULL) = (attention_reason IS NULL) AND (attention_step IS NULL) = (attention_since IS NULL)),
  -- The same list as ATTENTION_STEPS in domain/attention.ts. A test compares the two.
  ADD CONSTRAINT orders_attention_step_known CHECK (attention_step IN
    ('open', 'take-up', 'confirm', 'expire-session', 'release', 'commit', 'ship', 'read', 'complete', 'refund', 'return', 'decide', 'mail',
     'contact', 'refund-failed', 'dispute-lost', 'review-closed', 'fraud-warning')),
  ADD CONSTRAINT orders_cancel_whole CHECK ((cancel_requested_at IS NULL) = (cancel_reason IS NULL)),
  ADD CONSTRAINT orders_cancel_refusal_of_a_cancel CHECK (cancel_refusal IS NULL OR cancel_requested_at IS NOT NULL);
ALTER TABLE order_items
  ADD CONSTRAINT order_items_quantity_positive CHECK (quantity > 0),
  ADD CONSTRAINT order_items_shipped_bounds CHECK (0 <= shipped AND shipped <= quantity),
  ADD CONSTRAINT order_items_restocked_bounds CHECK (0 <= restocked AND restocked <= quantity);
ALTER TABLE download_grants ADD CONSTRAINT download_grants_used_bounds CHECK (0 <= used AND used <= allowed);

-- The same table as TRANSITIONS in domain/order.ts. A test compares the two.
INSERT INTO order_transitions ("from", "to") VALUES
  ('PENDING', 'PAID'), ('PENDING', 'PREPARING'), ('PENDING', 'COMPLETED'), ('PENDING', 'EXPIRED'), ('PENDING', 'CANCELLED'), ('PENDING', 'REFUNDED'),
  ('PAID', 'PREPARING'), ('PAID', 'COMPLETED'), ('PAID', 'CANCELLED'), ('PAID', 'REFUNDED'),
  ('PREPARING', 'SHIPPED'), ('PREPARING', 'COMPLETED'), ('PREPARING', 'CANCELLED'), ('PREPARING', 'REFUNDED'),
  ('SHIPPED', 'COMPLETED'), ('SHIPPED', 'REFUNDED'),
  ('COMPLETED', 'REFUNDED'), ('EXPIRED', 'REFUNDED'), ('CANCELLED', 'REFUNDED'),
  ('REFUNDED', 'PENDING'), ('REFUNDED', 'PAID'), ('REFUNDED', 'PREPARING'), ('REFUNDED', 'SHIPPED'), ('REFUNDED', 'COMPLETED'),
  ('REFUNDED', 'EXPIRED'), ('REFUNDED', 'CANCELLED');

-- An order's status moves only along that table, and every change raises its version.
CREATE FUNCTION guard_order() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.status <> OLD.status
     AND NOT EXISTS (SELECT 1 FROM order_transitions t WHERE t."from" = OLD.status AND t."to" = NEW.status) THEN
    RAISE EXCEPTION 'order % may not move from % to %', OLD.session_id, OLD.status, NEW.status USING ERRCODE = 'check_violation';
  END IF;
  NEW.version := OLD.version + 1;
  RETURN NEW;
END $$;
CREATE TRIGGER orders_guarded BEFORE UPDATE ON orders FOR EACH ROW EXECUTE FUNCTION guard_order();

-- Read by the lists of staff and by the sweep.
CREATE INDEX orders_attention ON orders (created_at DESC) WHERE attention_step IS NOT NULL;
CREATE INDEX orders_disputed ON orders (created_at DESC) WHERE disputed;
CREATE INDEX orders_hold_over ON orders (hold_until) WHERE status = 'PENDING' AND payment_status = 'UNPAID';
CREATE INDEX orders_paid ON orders (paid_at) WHERE paid_at IS NOT NULL;

-- --- Customers -----------------------------------------------------------------------------------------------------

-- An erased customer stays erased, whatever is written later.
ALTER TABLE customers ADD CONSTRAINT customers_stay_erased
  CHECK (erased_at IS NULL OR (email IS NULL AND name IS NULL AND address IS NULL AND user_id IS NULL));

CREATE FUNCTION keep_erased() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'the customer of % is erased for good', OLD.session_id USING ERRCODE = 'check_violation';
END $$;
CREATE TRIGGER customers_kept_erased BEFORE UPDATE ON customers
  FOR EACH ROW WHEN (OLD.erased_at IS NOT NULL AND NEW.erased_at IS NULL) EXECUTE FUNCTION keep_erased();

-- --- Stock: the sum of its movements -------------------------------------------------------------------------------

ALTER TABLE stock_levels ADD CONSTRAINT stock_levels_conserved CHECK (0 <= held AND held <= on_hand);
ALTER TABLE holds ADD CONSTRAINT holds_quantity_positive CHECK (quantity > 0);

CREATE FUNCTION apply_movement() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  UPDATE stock_levels SET on_hand = on_hand + NEW.on_hand_delta, held = held + NEW.held_delta WHERE sku = NEW.sku;
  RETURN NULL;
END $$;
CREATE TRIGGER stock_movements_applied AFTER INSERT ON stock_movements FOR EACH ROW EXECUTE FUNCTION apply_movement();

CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '% is written only by a movement', TG_TABLE_NAME USING ERRCODE = 'check_violation';
END $$;
-- The application's own statements run at depth 0; the update in apply_movement runs at depth 1.
CREATE TRIGGER stock_levels_guarded BEFORE UPDATE ON stock_levels
  FOR EACH ROW WHEN (pg_trigger_depth() < 1) EXECUTE FUNCTION refuse_change();
CREATE TRIGGER stock_movements_kept BEFORE UPDATE OR DELETE ON stock_movements FOR EACH ROW EXECUTE FUNCTION refuse_change();

CREATE FUNCTION start_empty() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  NEW.on_hand := 0; NEW.held := 0;
  RETURN NEW;
END $$;
CREATE TRIGGER stock_levels_empty BEFORE INSERT ON stock_levels FOR EACH ROW EXECUTE FUNCTION start_empty();

-- The stock functions below take one round trip each, change every line or none, and are safe to repeat. Each locks
-- the rows that it may change in SKU order, so that two calls never wait for each other in a circle, and decides by
-- what it reads under the lock.

-- What is missing for these lines ([{ sku, quantity }]), with the rows locked. Digital goods have no row and are
-- never missing.
CREATE FUNCTION lock_and_find_missing(p_lines jsonb) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
  missing jsonb;
BEGIN
  PERFORM 1 FROM stock_levels s
    WHERE s.sku IN (SELECT l->>'sku' FROM jsonb_array_elements(p_lines) l) ORDER BY s.sku FOR UPDATE;
  SELECT jsonb_agg(jsonb_build_object('sku', l.sku, 'requested', l.quantity, 'available', s.on_hand - s.held) ORDER BY l.sku)
    INTO missing
    FROM jsonb_to_recordset(p_lines) AS l(sku text, quantity int) JOIN stock_levels s USING (sku)
    WHERE s.on_hand - s.held < l.quantity;
  RETURN coalesce(missing, '[]'::jsonb);
END $$;

-- Holds every physical line or none. Returns what is missing: [] means held.
CREATE FUNCTION hold_stock(p_session text, p_lines jsonb, p_until timestamptz, p_at timestamptz) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
  missing jsonb;
BEGIN
  missing := lock_and_find_missing(p_lines);
  IF EXISTS (SELECT 1 FROM holds WHERE session_id = p_session) THEN RETURN '[]'::jsonb; END IF;
  IF missing <> '[]'::jsonb THEN RETURN missing; END IF;
  INSERT INTO holds (session_id, sku, quantity, state, until)
    SELECT p_session, l.sku, l.quantity, 'ACTIVE', p_until
    FROM jsonb_to_recordset(p_lines) AS l(sku text, quantity int) JOIN stock_levels s USING (sku);
  INSERT INTO stock_movements (sku, at, kind, on_hand_delta, held_delta, reference, actor)
    SELECT sku, p_at, 'HOLD', 0, quantity, p_session, 'order' FROM holds WHERE session_id = p_session ORDER BY sku;
  RETURN '[]'::jsonb;
END $$;

-- Turns the hold into a sale. Without an active hold, takes every line from what is free, or none. Returns what is
-- missing.
CREATE FUNCTION commit_stock(p_session text, p_lines jsonb, p_at timestamptz) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
  missing jsonb;
BEGIN
  missing := lock_and_find_missing(p_lines);
  IF EXISTS (SELECT 1 FROM holds WHERE session_id = p_session AND state = 'COMMITTED') THEN RETURN '[]'::jsonb; END IF;
  IF EXISTS (SELECT 1 FROM holds WHERE session_id = p_session AND state = 'ACTIVE') THEN
    INSERT INTO stock_movements (sku, at, kind, on_hand_delta, held_delta, reference, actor)
      SELECT sku, p_at, 'COMMIT', -quantity, -quantity, p_session, 'order' FROM holds
      WHERE session_id = p_session AND state = 'ACTIVE' ORDER BY sku;
    UPDATE holds SET state = 'COMMITTED' WHERE session_id = p_session AND state = 'ACTIVE';
    RETURN '[]'::jsonb;
  END IF;
  IF missing <> '[]'::jsonb THEN RETURN missing; END IF;
  INSERT INTO stock_movements (sku, at, kind, on_hand_delta, held_delta, reference, actor)
    SELECT l.sku, p_at, 'TAKE', -l.quantity, 0, p_session, 'order'
    FROM jsonb_to_recordset(p_lines) AS l(sku text, quantity int) JOIN stock_levels s USING (sku) ORDER BY l.sku;
  INSERT INTO holds (session_id, sku, quantity, state, until)
    SELECT p_session, l.sku, l.quantity, 'COMMITTED', p_at
    FROM jsonb_to_recordset(p_lines) AS l(sku text, quantity int) JOIN stock_levels s USING (sku)
    ON CONFLICT (session_id, sku) DO UPDATE SET state = 'COMMITTED', quantity = excluded.quantity;
  RETURN '[]'::jsonb;
END $$;

-- Releases what is still held. Returns the number of lines released.
CREATE FUNCTION release_stock(p_session text, p_at timestamptz) RETURNS int LANGUAGE plpgsql AS $$
DECLARE
  released int;
BEGIN
  PERFORM 1 FROM stock_levels s
    WHERE s.sku IN (SELECT sku FROM holds WHERE session_id = p_session) ORDER BY s.sku FOR UPDATE;
  INSERT INTO stock_movements (sku, at, kind, on_hand_delta, held_delta, reference, actor)
    SELECT sku, p_at, 'RELEASE', 0, -quantity, p_session, 'order' FROM holds
    WHERE session_id = p_session AND state = 'ACTIVE' ORDER BY sku;
  GET DIAGNOSTICS released = ROW_COUNT;
  UPDATE holds SET state = 'RELEASED' WHERE session_id = p_session AND state = 'ACTIVE';
  RETURN released;
END $$;

-- Puts these lines ([{ sku, quantity }]) of an order back into stock, never more than were bought (a check keeps
-- that). Each request of a caller has its own key: a repeat changes nothing and returns false.
CREATE FUNCTION restock(p_session text, p_lines jsonb, p_key text, p_actor text, p_at timestamptz) RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
  PERFORM 1 FROM stock_levels s
    WHERE s.sku IN (SELECT l->>'sku' FROM jsonb_array_elements(p_lines) l) ORDER BY s.sku FOR UPDATE;
  IF EXISTS (SELECT 1 FROM stock_movements m JOIN jsonb_array_elements(p_lines) l ON m.key = p_key || '/' || (l->>'sku')) THEN RETURN false; END IF;
  INSERT INTO stock_movements (sku, at, kind, on_hand_delta, held_delta, reference, actor, key)
    SELECT l.sku, p_at, 'RESTOCK', l.quantity, 0, p_session, p_actor, p_key || '/' || l.sku
    FROM jsonb_to_recordset(p_lines) AS l(sku text, quantity int) JOIN stock_levels s USING (sku) WHERE l.quantity > 0 ORDER BY l.sku;
  UPDATE order_items i SET restocked = i.restocked + l.quantity
    FROM jsonb_to_recordset(p_lines) AS l(sku text, quantity int) WHERE i.session_id = p_session AND i.sku = l.sku;
  RETURN true;
END $$;

-- Takes restocked lines ([{ sku, quantity }]) again, all or none, and counts them as no longer restocked: a refund
-- failed at the bank, and staff ship after all. Returns what is missing.
CREATE FUNCTION retake_stock(p_session text, p_lines jsonb, p_at timestamptz) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
  missing jsonb;
BEGIN
  missing := lock_and_find_missing(p_lines);
  IF missing <> '[]'::jsonb THEN RETURN missing; END IF;
  INSERT INTO stock_movements (sku, at, kind, on_hand_delta, held_delta, reference, actor)
    SELECT l.sku, p_at, 'TAKE', -l.quantity, 0, p_session, 'order'
    FROM jsonb_to_recordset(p_lines) AS l(sku text, quantity int) JOIN stock_levels s USING (sku) ORDER BY l.sku;
  UPDATE order_items i SET restocked = i.restocked - l.quantity
    FROM jsonb_to_recordset(p_lines) AS l(sku text, quantity int) WHERE i.session_id = p_session AND i.sku = l.sku;
  RETURN '[]'::jsonb;
END $$;

CREATE INDEX holds_active ON holds (until) WHERE state = 'ACTIVE';

-- --- Refunds -------------------------------------------------------------------------------------------------------

ALTER TABLE refunds
  ADD CONSTRAINT refunds_amount_positive CHECK (amount IS NULL OR amount >= 0),
  ADD CONSTRAINT refunds_attempt_bounds CHECK (attempt >= 0),
  ADD CONSTRAINT refunds_staff_have_a_key CHECK ((origin = 'STAFF') = (request_key IS NOT NULL)),
  ADD CONSTRAINT refunds_refusal_whole CHECK ((refusal IS NULL) = (refusal_reason IS NULL)),
  -- A refused refund says why. A refund that Stripe made is never called refused, and one without Stripe's id was not
  -- made by Stripe.
  ADD CONSTRAINT refunds_refused_has_why CHECK ((status = 'refused') = (refusal IS NOT NULL)),
  ADD CONSTRAINT refunds_made_by_stripe CHECK ((stripe_id IS NULL) = (status IN ('requested', 'refused')));

-- A refund that empties an order records what the order was before. Only one does at a time, so there is one way back.
CREATE UNIQUE INDEX refunds_one_way_back ON refunds (session_id) WHERE status_before IS NOT NULL;

-- --- Disputes ------------------------------------------------------------------------------------------------------

ALTER TABLE disputes
  ADD CONSTRAINT disputes_amount_bounds CHECK (amount >= 0),
  ADD CONSTRAINT disputes_openings_positive CHECK (openings >= 1),
  ADD CONSTRAINT disputes_open_until_closed CHECK (open = (closed_at IS NULL)),
  ADD CONSTRAINT disputes_lost_is_closed CHECK (NOT (open AND lost)),
  ADD CONSTRAINT disputes_submission_whole CHECK ((submitting_at IS NULL) = (submission IS NULL));

-- An order is disputed exactly while one of its disputes is open.
CREATE FUNCTION flag_disputed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  UPDATE orders o SET disputed = NOT o.disputed
    WHERE o.session_id = NEW.session_id
      AND o.disputed <> EXISTS (SELECT 1 FROM disputes d WHERE d.session_id = o.session_id AND d.open);
  RETURN NULL;
END $$;
CREATE TRIGGER disputes_flag_order AFTER INSERT OR UPDATE OF open ON disputes FOR EACH ROW EXECUTE FUNCTION flag_disputed();

-- Evidence contains personal data: it is erased with the customer and never comes back.
CREATE FUNCTION erase_evidence() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  UPDATE disputes SET evidence = NULL WHERE session_id = NEW.session_id AND evidence IS NOT NULL;
  RETURN NULL;
END $$;
CREATE TRIGGER customers_erase_evidence AFTER INSERT OR UPDATE ON customers
  FOR EACH ROW WHEN (NEW.erased_at IS NOT NULL) EXECUTE FUNCTION erase_evidence();

-- --- Notices -------------------------------------------------------------------------------------------------------

-- A notice may concern no order of ours, and is then never open.
ALTER TABLE notices ADD CONSTRAINT notices_open_is_ours CHECK (NOT open OR session_id IS NOT NULL);

-- An order is under review exactly while one of its reviews is open.
CREATE FUNCTION flag_review() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  UPDATE orders o SET review_open = NOT o.review_open
    WHERE o.session_id = NEW.session_id
      AND o.review_open <> EXISTS (SELECT 1 FROM notices n WHERE n.session_id = o.session_id AND n.kind = 'review' AND n.open);
  RETURN NULL;
END $$;
CREATE TRIGGER notices_flag_order AFTER INSERT OR UPDATE ON notices
  FOR EACH ROW WHEN (NEW.kind = 'review') EXECUTE FUNCTION flag_review();

-- --- Reconciliation ------------------------------------------------------------------------------------------------

ALTER TABLE reconciliations
  ADD CONSTRAINT reconciliations_trigger_known CHECK (trigger IN ('schedule', 'staff')),
  ADD CONSTRAINT reconciliations_ended_whole CHECK ((status = 'RUNNING') = (finished_at IS NULL));
ALTER TABLE discrepancies ADD CONSTRAINT discrepancies_kind_known CHECK
  (kind IN ('captured_without_order', 'paid_but_closed', 'amount_differs', 'refund_differs', 'payout_differs', 'missing_at_stripe'));
ALTER TABLE ledger_entries ADD CONSTRAINT ledger_entries_category_known CHECK
  (category IN ('charge', 'refund', 'dispute', 'payout', 'fee', 'other'));
ALTER TABLE payouts ADD CONSTRAINT payouts_checked_whole CHECK ((transactions IS NULL) = (checked_at IS NULL));

-- A mark never goes back: two sweeps that overlap may end in either order.
CREATE FUNCTION keep_sweep_mark() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  NEW.at := greatest(NEW.at, OLD.at);
  RETURN NEW;
END $$;
CREATE TRIGGER sweep_marks_forward BEFORE UPDATE ON sweep_marks FOR EACH ROW EXECUTE FUNCTION keep_sweep_mark();

-- Read by each sweep.
CREATE INDEX reconciliations_running ON reconciliations (started_at) WHERE status = 'RUNNING';
CREATE INDEX discrepancies_open ON discrepancies (kind) WHERE resolved_at IS NULL;
CREATE INDEX discrepancies_told_once ON discrepancies (found_by) WHERE told_once;
CREATE INDEX discrepancies_unreported ON discrepancies (first_seen_at) WHERE report_key IS NULL;
CREATE INDEX discrepancies_report ON discrepancies (report_key) WHERE report_key IS NOT NULL AND reported_at IS NULL;
CREATE INDEX payouts_differ ON payouts (id) WHERE transactions <> amount;
CREATE INDEX stray_sessions_unreported ON stray_sessions (seen_at) WHERE reported_at IS NULL;

-- The ledger for each day (UTC) and currency: Stripe's balance transactions beside the orders' own money. `left_out`
-- is what was captured without an order. Charges, refunds and disputes are in the order's currency, fees and payouts
-- in the currency that Stripe settles in.
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
      -- A failed refund counts on the day it was asked for and, as money back, on the day it failed, as at Stripe.
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
