-- Licence keys of digital products. A key that is neither issued nor withdrawn is one unit on hand.
CREATE TABLE "licence_keys" (
    "id" BIGSERIAL NOT NULL,
    "sku" TEXT NOT NULL,
    "key" TEXT,
    "key_hash" TEXT NOT NULL,
    "added_at" TIMESTAMPTZ(3) NOT NULL,
    "grant_id" UUID,
    "issued_at" TIMESTAMPTZ(3),
    "withdrawn_at" TIMESTAMPTZ(3),

    CONSTRAINT "licence_keys_pkey" PRIMARY KEY ("id")
);
CREATE UNIQUE INDEX "licence_keys_sku_key_hash_key" ON "licence_keys"("sku", "key_hash");
CREATE INDEX "licence_keys_grant_id_idx" ON "licence_keys"("grant_id");
CREATE INDEX licence_keys_on_hand ON licence_keys (sku, id) WHERE grant_id IS NULL AND withdrawn_at IS NULL;
ALTER TABLE "licence_keys" ADD CONSTRAINT "licence_keys_sku_fkey"
  FOREIGN KEY ("sku") REFERENCES "stock_levels"("sku") ON DELETE RESTRICT ON UPDATE CASCADE;
ALTER TABLE "licence_keys" ADD CONSTRAINT "licence_keys_grant_id_fkey"
  FOREIGN KEY ("grant_id") REFERENCES "download_grants"("id") ON DELETE RESTRICT ON UPDATE CASCADE;
ALTER TABLE licence_keys
  ADD CONSTRAINT licence_keys_issued_whole CHECK ((grant_id IS NULL) = (issued_at IS NULL)),
  ADD CONSTRAINT licence_keys_issued_or_withdrawn CHECK (grant_id IS NULL OR withdrawn_at IS NULL),
  ADD CONSTRAINT licence_keys_erased_when_issued CHECK (key IS NOT NULL OR grant_id IS NOT NULL);

-- A key is never lost, never issued twice, and never becomes another one. Its text alone may go, with the customer.
CREATE FUNCTION keep_licence_key() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'DELETE' OR (NEW.id, NEW.sku, NEW.key_hash) IS DISTINCT FROM (OLD.id, OLD.sku, OLD.key_hash)
     OR (NEW.key IS NOT NULL AND NEW.key IS DISTINCT FROM OLD.key)
     OR (OLD.grant_id IS NOT NULL AND NEW.grant_id IS DISTINCT FROM OLD.grant_id)
     OR (OLD.withdrawn_at IS NOT NULL AND NEW.withdrawn_at IS DISTINCT FROM OLD.withdrawn_at) THEN
    RAISE EXCEPTION 'licence key % of % is kept as it is', OLD.id, OLD.sku USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER licence_keys_kept BEFORE UPDATE OR DELETE ON licence_keys FOR EACH ROW EXECUTE FUNCTION keep_licence_key();

-- How many keys of a product can still be issued; those that unpaid orders hold are among them.
CREATE FUNCTION licence_keys_left(p_sku text) RETURNS int LANGUAGE sql STABLE AS $$
  SELECT count(*)::int FROM licence_keys WHERE sku = p_sku AND grant_id IS NULL AND withdrawn_at IS NULL
$$;

-- Adds keys, each once, and a movement for those that are new. Returns how many are. Null: the product has no shelf.
CREATE FUNCTION add_licence_keys(p_sku text, p_keys text[], p_actor text, p_at timestamptz) RETURNS int LANGUAGE plpgsql AS $$
DECLARE
  added int;
BEGIN
  PERFORM 1 FROM stock_levels WHERE sku = p_sku FOR UPDATE;
  IF NOT FOUND THEN RETURN NULL; END IF;
  INSERT INTO licence_keys (sku, key, key_hash, added_at)
    SELECT p_sku, given.key, encode(sha256(convert_to(given.key, 'UTF8')), 'hex'), p_at
    FROM unnest(p_keys) WITH ORDINALITY AS given(key, place) ORDER BY place
    ON CONFLICT (sku, key_hash) DO NOTHING;
  GET DIAGNOSTICS added = ROW_COUNT;
  IF added > 0 THEN
    INSERT INTO stock_movements (sku, at, kind, on_hand_delta, held_delta, reference, actor)
      VALUES (p_sku, p_at, 'ADJUST', added, 0, 'licence keys added', p_actor);
  END IF;
  RETURN added;
END $$;

-- Withdraws keys that were not issued: they never will be. Returns how many; the laws of stock refuse to take what
-- unpaid orders hold. Null: the product has no shelf.
CREATE FUNCTION withdraw_licence_keys(p_sku text, p_keys text[], p_actor text, p_at timestamptz) RETURNS int LANGUAGE plpgsql AS $$
DECLARE
  withdrawn int;
BEGIN
  PERFORM 1 FROM stock_levels WHERE sku = p_sku FOR UPDATE;
  IF NOT FOUND THEN RETURN NULL; END IF;
  UPDATE licence_keys SET withdrawn_at = p_at
    WHERE sku = p_sku AND grant_id IS NULL AND withdrawn_at IS NULL
      AND key_hash IN (SELECT encode(sha256(convert_to(given.key, 'UTF8')), 'hex') FROM unnest(p_keys) AS given(key));
  GET DIAGNOSTICS withdrawn = ROW_COUNT;
  IF withdrawn > 0 THEN
    INSERT INTO stock_movements (sku, at, kind, on_hand_delta, held_delta, reference, actor)
      VALUES (p_sku, p_at, 'ADJUST', -withdrawn, 0, 'licence keys withdrawn', p_actor);
  END IF;
  RETURN withdrawn;
END $$;

-- Issues the keys of an order: one for each unit whose stock was sold to it, the oldest first, with the grant of their
-- line. Called with the rows of stock locked, so that two orders take turns. A repeat issues no more.
CREATE FUNCTION issue_licence_keys(p_session text, p_at timestamptz) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  lacking text;
BEGIN
  UPDATE licence_keys k SET grant_id = chosen.grant_id, issued_at = p_at
    FROM holds h
    JOIN download_grants g ON g.session_id = h.session_id AND g.sku = h.sku
    CROSS JOIN LATERAL (
      SELECT g.id AS grant_id, f.id FROM licence_keys f
      WHERE f.sku = h.sku AND f.grant_id IS NULL AND f.withdrawn_at IS NULL
      ORDER BY f.id LIMIT greatest(0, h.quantity - (SELECT count(*) FROM licence_keys i WHERE i.grant_id = g.id))
    ) chosen
    WHERE h.session_id = p_session AND h.state = 'COMMITTED' AND k.id = chosen.id;
  -- The laws of stock leave a key for every unit. Without one, nothing of the step is kept.
  SELECT h.sku INTO lacking FROM holds h JOIN download_grants g ON g.session_id = h.session_id AND g.sku = h.sku
    WHERE h.session_id = p_session AND h.state = 'COMMITTED'
      AND h.quantity > (SELECT count(*) FROM licence_keys i WHERE i.grant_id = g.id) LIMIT 1;
  IF FOUND THEN RAISE EXCEPTION 'there are fewer licence keys of % than its stock says', lacking USING ERRCODE = 'check_violation'; END IF;
END $$;

-- The lines of an order that have stock, [{ sku, quantity }], as the stock functions take them: goods, and downloads
-- with licence keys.
CREATE OR REPLACE FUNCTION stock_lines(p_session text) RETURNS jsonb LANGUAGE sql STABLE AS $$
  SELECT coalesce(jsonb_agg(jsonb_build_object('sku', i.sku, 'quantity', i.quantity)), '[]')
  FROM order_items i
  WHERE i.session_id = p_session AND (i.kind = 'PHYSICAL' OR EXISTS (SELECT 1 FROM stock_levels s WHERE s.sku = i.sku))
$$;

-- As before, with licence keys: they are issued after their stock is sold. A product that has keys and no file grants
-- no download. What was bought before its product had keys gets none: no stock was sold for it.
CREATE OR REPLACE FUNCTION commit_order(p_session text, p_downloads int, p_downloads_until timestamptz, p_at timestamptz) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
  current_status "OrderStatus";
  cancelling boolean;
  lines jsonb;
  is_sure boolean;
  is_shipped boolean;
  has_keys boolean;
  missing jsonb := '[]';
BEGIN
  SELECT status, cancel_requested_at IS NOT NULL AND cancel_refusal IS NULL INTO current_status, cancelling
    FROM orders WHERE session_id = p_session FOR UPDATE;
  IF NOT FOUND THEN RETURN NULL; END IF;
  IF current_status <> 'PENDING' OR cancelling THEN RETURN jsonb_build_object('status', current_status, 'missing', missing); END IF;

  lines := stock_lines(p_session);
  -- What is held cannot be missing, so the rows of stock are locked last; without a hold the stock decides first.
  is_sure := lines = '[]' OR EXISTS (SELECT 1 FROM holds WHERE session_id = p_session AND state IN ('ACTIVE', 'COMMITTED'));
  IF NOT is_sure THEN
    missing := commit_stock(p_session, lines, p_at);
    IF missing <> '[]' THEN RETURN jsonb_build_object('status', current_status, 'missing', missing); END IF;
  END IF;

  is_shipped := EXISTS (SELECT 1 FROM order_items WHERE session_id = p_session AND kind = 'PHYSICAL');
  has_keys := lines <> '[]' AND EXISTS (
    SELECT 1 FROM order_items i JOIN holds h USING (session_id, sku) WHERE i.session_id = p_session AND i.kind = 'DIGITAL');
  INSERT INTO download_grants (id, session_id, sku, allowed, expires_at)
    SELECT gen_random_uuid(), p_session, i.sku,
      CASE WHEN has_keys AND EXISTS (SELECT 1 FROM holds h WHERE h.session_id = p_session AND h.sku = i.sku)
             AND NOT EXISTS (SELECT 1 FROM product_files f WHERE f.sku = i.sku) THEN 0 ELSE p_downloads END,
      p_downloads_until
    FROM order_items i WHERE i.session_id = p_session AND i.kind = 'DIGITAL'
    ON CONFLICT (session_id, sku) DO NOTHING;
  current_status := CASE WHEN is_shipped THEN 'PREPARING' ELSE 'COMPLETED' END;
  UPDATE orders SET status = current_status, stock = 'COMMITTED', updated_at = p_at WHERE session_id = p_session;
  INSERT INTO timeline (session_id, at, type, message, actor, key)
    VALUES (p_session, p_at, 'committed',
            CASE WHEN is_shipped THEN 'Stock sold to this order; waiting to be shipped'
              WHEN has_keys THEN 'Delivered: the licence keys are issued'
              ELSE 'Delivered: the downloads are granted' END,
            'holdfast', 'committed')
    ON CONFLICT (session_id, key) DO NOTHING;
  IF is_sure AND lines <> '[]' THEN PERFORM commit_stock(p_session, lines, p_at); END IF;
  IF has_keys THEN PERFORM issue_licence_keys(p_session, p_at); END IF;
  RETURN jsonb_build_object('status', current_status, 'missing', missing);
END $$;
