-- The laws the database keeps by itself, whatever the code above it does.

-- Order numbers: short, rising, never used twice.
CREATE SEQUENCE order_number_seq START WITH 1001;

-- --- Bounds ------------------------------------------------------------------------------------------------------------------------

ALTER TABLE products ADD CONSTRAINT products_sku_form CHECK (sku ~ '^[A-Za-z0-9._-]{1,40}$');
ALTER TABLE prices
  ADD CONSTRAINT prices_amount_bounds CHECK (amount >= 0 AND (minimum IS NULL OR minimum BETWEEN 0 AND amount)),
  ADD CONSTRAINT prices_currency_form CHECK (currency ~ '^[a-z]{3}$');
-- One current price for each currency, and at most one pay-what-you-want price.
CREATE UNIQUE INDEX prices_one_current ON prices (sku, currency) WHERE current AND minimum IS NULL;
CREATE UNIQUE INDEX prices_one_pay_what_you_want ON prices (sku) WHERE current AND minimum IS NOT NULL;

ALTER TABLE stock_levels ADD CONSTRAINT stock_levels_conserved CHECK (0 <= held AND held <= on_hand);
ALTER TABLE holds ADD CONSTRAINT holds_quantity_positive CHECK (quantity > 0);
ALTER TABLE orders
  ADD CONSTRAINT orders_money_bounds CHECK (subtotal >= 0 AND total >= 0 AND refunded >= 0),
  ADD CONSTRAINT orders_attention_whole CHECK ((attention_step IS NULL) = (attention_reason IS NULL) AND (attention_step IS NULL) = (attention_since IS NULL));
ALTER TABLE order_items
  ADD CONSTRAINT order_items_quantity_positive CHECK (quantity > 0),
  ADD CONSTRAINT order_items_shipped_bounds CHECK (0 <= shipped AND shipped <= quantity),
  ADD CONSTRAINT order_items_restocked_bounds CHECK (0 <= restocked AND restocked <= quantity);
ALTER TABLE download_grants ADD CONSTRAINT download_grants_used_bounds CHECK (0 <= used AND used <= allowed);
ALTER TABLE refunds ADD CONSTRAINT refunds_amount_positive CHECK (amount IS NULL OR amount >= 0);

-- What asks the lists of staff and the sweep, small because it is partial.
CREATE INDEX orders_attention ON orders (created_at DESC) WHERE attention_step IS NOT NULL;
CREATE INDEX orders_disputed ON orders (created_at DESC) WHERE disputed;
CREATE INDEX orders_hold_over ON orders (hold_until) WHERE status = 'PENDING' AND payment_status = 'UNPAID';
CREATE INDEX holds_active ON holds (until) WHERE state = 'ACTIVE';

-- --- An order moves only along its table ---------------------------------------------------------------------------------------------

-- The same table as TRANSITIONS in domain/order.ts; a test holds them against each other.
INSERT INTO order_transitions ("from", "to") VALUES
  ('PENDING', 'PAID'), ('PENDING', 'PREPARING'), ('PENDING', 'COMPLETED'), ('PENDING', 'EXPIRED'), ('PENDING', 'CANCELLED'), ('PENDING', 'REFUNDED'),
  ('PAID', 'PREPARING'), ('PAID', 'COMPLETED'), ('PAID', 'CANCELLED'), ('PAID', 'REFUNDED'),
  ('PREPARING', 'SHIPPED'), ('PREPARING', 'COMPLETED'), ('PREPARING', 'CANCELLED'), ('PREPARING', 'REFUNDED'),
  ('SHIPPED', 'COMPLETED'), ('SHIPPED', 'REFUNDED'),
  ('COMPLETED', 'REFUNDED'), ('EXPIRED', 'REFUNDED'), ('CANCELLED', 'REFUNDED'),
  ('REFUNDED', 'PENDING'), ('REFUNDED', 'PAID'), ('REFUNDED', 'PREPARING'), ('REFUNDED', 'SHIPPED'), ('REFUNDED', 'COMPLETED'),
  ('REFUNDED', 'EXPIRED'), ('REFUNDED', 'CANCELLED');

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

-- --- Stock is the sum of its movements -----------------------------------------------------------------------------------------------

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
-- Depth 1 is a statement of the application; depth 2 is the trigger above.
CREATE TRIGGER stock_levels_guarded BEFORE UPDATE ON stock_levels
  FOR EACH ROW WHEN (pg_trigger_depth() < 1) EXECUTE FUNCTION refuse_change();
CREATE TRIGGER stock_movements_kept BEFORE UPDATE OR DELETE ON stock_movements FOR EACH ROW EXECUTE FUNCTION refuse_change();

CREATE FUNCTION start_empty() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  NEW.on_hand := 0; NEW.held := 0;
  RETURN NEW;
END $$;
CREATE TRIGGER stock_levels_empty BEFORE INSERT ON stock_levels FOR EACH ROW EXECUTE FUNCTION start_empty();

-- --- Holding, committing, releasing, returning: one round trip each, all or nothing, safe to repeat ------------------------------------
-- Every function locks the rows it may change in SKU order, so that two of them never wait for each other in a circle, and decides by
-- what it sees after the lock.

-- What is missing for these lines ([{ sku, quantity }]), with the rows locked. Digital goods have no row and are never missing.
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

-- Holds every physical line or none. Answers what is missing: [] means held.
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

-- Turns the hold into a sale; where the hold is gone (or never was), takes what is free, all or nothing. Answers what is missing.
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

-- Gives back what is still held. Answers how many lines were released.
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

-- Puts back on the shelf what these lines ([{ sku, quantity }]) name of an order's bought goods; what is restocked never exceeds what was
-- bought (a check keeps it). A caller gives each request its own key: a repeat changes nothing and answers false.
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
