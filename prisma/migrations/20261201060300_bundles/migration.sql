-- Products that are made of other products.
CREATE TABLE "bundle_items" (
    "bundle" TEXT NOT NULL,
    "sku" TEXT NOT NULL,
    "quantity" INTEGER NOT NULL,
    "position" INTEGER NOT NULL,

    CONSTRAINT "bundle_items_pkey" PRIMARY KEY ("bundle", "sku")
);
CREATE INDEX "bundle_items_sku_idx" ON "bundle_items"("sku");
ALTER TABLE "bundle_items" ADD CONSTRAINT "bundle_items_bundle_fkey"
  FOREIGN KEY ("bundle") REFERENCES "products"("sku") ON DELETE RESTRICT ON UPDATE CASCADE;
ALTER TABLE "bundle_items" ADD CONSTRAINT "bundle_items_sku_fkey"
  FOREIGN KEY ("sku") REFERENCES "products"("sku") ON DELETE RESTRICT ON UPDATE CASCADE;
ALTER TABLE "bundle_items" ADD CONSTRAINT bundle_items_quantity_bounds CHECK (quantity BETWEEN 1 AND 99);

-- A bundle contains no bundle, so that one look tells what it takes from stock.
CREATE FUNCTION guard_bundle() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.bundle = NEW.sku OR EXISTS (SELECT 1 FROM bundle_items b WHERE b.bundle = NEW.sku OR b.sku = NEW.bundle) THEN
    RAISE EXCEPTION 'the bundle % cannot contain %: one of them is a bundle already, or in one', NEW.bundle, NEW.sku USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER bundle_items_guarded BEFORE INSERT OR UPDATE ON bundle_items FOR EACH ROW EXECUTE FUNCTION guard_bundle();

ALTER TABLE "orders" ADD COLUMN "bundles" JSONB NOT NULL DEFAULT '[]';

-- As before, with bundles: the lines of the order are what is in them. Lines of one SKU are one line.
CREATE OR REPLACE FUNCTION open_order(p_session text, p_hold boolean, p_at timestamptz) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
  checkout checkouts;
  stock_now "StockState";
  fresh boolean := false;
  missing jsonb := '[]';
  email text;
  user_id text;
BEGIN
  SELECT stock INTO stock_now FROM orders WHERE session_id = p_session FOR UPDATE;
  IF NOT FOUND THEN
    SELECT * INTO checkout FROM checkouts WHERE session_id = p_session;
    IF NOT FOUND THEN RETURN NULL; END IF;
    stock_now := CASE WHEN p_hold THEN 'HELD' ELSE 'RELEASED' END;
    INSERT INTO orders (session_id, number, status, payment_status, stock, origin, currency, subtotal, total, bundles, hold_until, locale, created_at, updated_at)
      VALUES (p_session, checkout.number, 'PENDING', 'UNPAID', stock_now, checkout.origin, checkout.currency, checkout.subtotal, checkout.subtotal,
              (SELECT coalesce(jsonb_agg(jsonb_build_object('sku', line->'sku', 'name', line->'name', 'quantity', line->'quantity',
                  'contents', line->'contents') ORDER BY place), '[]')
                FROM jsonb_array_elements(checkout.lines) WITH ORDINALITY AS lines(line, place) WHERE line ? 'contents'),
              checkout.hold_until, checkout.request->>'locale', p_at, p_at)
      -- Of any unique index: of two at once, either the session or the number may collide first.
      ON CONFLICT DO NOTHING;
    fresh := FOUND;
    IF NOT fresh THEN
      -- Another run has opened it at the same moment, and has committed by now.
      SELECT stock INTO stock_now FROM orders WHERE session_id = p_session FOR UPDATE;
      IF NOT FOUND THEN
        RAISE EXCEPTION 'the number % belongs to another order', checkout.number USING ERRCODE = 'unique_violation';
      END IF;
    END IF;
  END IF;

  IF NOT fresh THEN
    IF stock_now = 'SOLD_OUT' THEN missing := lock_and_find_missing(stock_lines(p_session)); END IF;
    RETURN jsonb_build_object('fresh', false, 'order', order_snapshot(p_session), 'missing', missing);
  END IF;

  INSERT INTO order_items (session_id, sku, position, name, kind, quantity, unit_amount, total)
    SELECT p_session, sku, row_number() OVER (ORDER BY min(place)) - 1, (array_agg(name ORDER BY place))[1],
           (array_agg(kind ORDER BY place))[1]::"ProductKind", sum(quantity), div(sum(total), sum(quantity)), sum(total)
    FROM (SELECT ARRAY[lines.place, units.place] AS place, unit->>'sku' AS sku, unit->>'name' AS name, unit->>'kind' AS kind,
                 (unit->>'quantity')::int AS quantity, (unit->>'total')::bigint AS total
          FROM jsonb_array_elements(checkout.lines) WITH ORDINALITY AS lines(line, place),
               jsonb_array_elements(coalesce(line->'contents', jsonb_build_array(line))) WITH ORDINALITY AS units(unit, place)) sold
    GROUP BY sku;
  email := nullif(lower(checkout.request->>'customer_email'), '');
  user_id := nullif(checkout.request#>>'{metadata,userId}', '');
  IF email IS NOT NULL OR user_id IS NOT NULL THEN PERFORM keep_customer(p_session, email, NULL, user_id, NULL); END IF;
  INSERT INTO timeline (session_id, at, type, message, actor, key)
    VALUES (p_session, p_at, 'opened', CASE checkout.origin WHEN 'CHECKOUT' THEN 'Opened by checkout' ELSE 'Opened by a session made elsewhere' END,
            'shopper', 'opened');
  IF p_hold THEN
    missing := hold_stock(p_session, stock_lines(p_session), checkout.hold_until, p_at);
    IF missing <> '[]' THEN UPDATE orders SET stock = 'SOLD_OUT' WHERE session_id = p_session; END IF;
  END IF;
  RETURN jsonb_build_object('fresh', true, 'order', order_snapshot(p_session), 'missing', missing);
END $$;
