-- Goods that are sent again at no charge.
CREATE TABLE "replacements" (
    "id" UUID NOT NULL,
    "session_id" TEXT NOT NULL,
    "key" TEXT NOT NULL,
    "request_hash" TEXT,
    "items" JSONB NOT NULL,
    "actor" TEXT NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "replacements_pkey" PRIMARY KEY ("id")
);
CREATE UNIQUE INDEX "replacements_session_id_key_key" ON "replacements"("session_id", "key");
CREATE INDEX "replacements_by_time" ON "replacements"("at");
ALTER TABLE "replacements" ADD CONSTRAINT "replacements_session_id_fkey"
  FOREIGN KEY ("session_id") REFERENCES "orders"("session_id") ON DELETE RESTRICT ON UPDATE CASCADE;
CREATE TRIGGER replacements_kept BEFORE UPDATE OR DELETE ON replacements FOR EACH ROW EXECUTE FUNCTION keep_row();

-- A line owes what was bought and what is replaced. A line whose purchase has moved to another SKU has nothing bought,
-- and only what was replaced. Nothing leaves that is not owed, nothing comes back that did not leave, and only what was
-- shipped is replaced.
ALTER TABLE "order_items"
  ADD COLUMN "replaced" INTEGER NOT NULL DEFAULT 0;
ALTER TABLE "order_items"
  DROP CONSTRAINT order_items_quantity_positive,
  DROP CONSTRAINT order_items_shipped_bounds,
  DROP CONSTRAINT order_items_restocked_bounds,
  DROP CONSTRAINT order_items_returned_bounds,
  ADD CONSTRAINT order_items_quantity_bounds CHECK (0 <= quantity AND 0 < quantity + replaced) NOT VALID,
  ADD CONSTRAINT order_items_shipped_bounds CHECK (0 <= shipped AND shipped <= quantity + replaced) NOT VALID,
  ADD CONSTRAINT order_items_restocked_bounds CHECK (0 <= restocked AND restocked <= quantity + replaced) NOT VALID,
  ADD CONSTRAINT order_items_returned_bounds CHECK (0 <= returned AND returned <= shipped AND restocked + returned <= quantity + replaced) NOT VALID,
  ADD CONSTRAINT order_items_replaced_bounds CHECK (0 <= replaced AND replaced <= shipped) NOT VALID;

INSERT INTO order_transitions ("from", "to") VALUES ('SHIPPED', 'PREPARING'), ('COMPLETED', 'PREPARING');

-- Puts lines ([{ sku, quantity }]) of an order back into stock and takes others, all or none, once for each key.
-- Returns what is missing.
CREATE FUNCTION exchange_stock(p_session text, p_back jsonb, p_take jsonb, p_key text, p_actor text, p_at timestamptz) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
  missing jsonb;
BEGIN
  PERFORM lock_stock_of(p_session, p_back || p_take);
  missing := lock_and_find_missing(p_take);
  IF missing <> '[]'::jsonb THEN RETURN missing; END IF;
  INSERT INTO stock_movements (sku, at, kind, on_hand_delta, held_delta, reference, actor, key)
    SELECT moved.sku, p_at, moved.kind::"MovementKind", moved.delta, 0, p_session, p_actor, p_key || '/' || moved.sku
    FROM (SELECT b.sku, 'RESTOCK' AS kind, b.quantity AS delta FROM jsonb_to_recordset(p_back) AS b(sku text, quantity int)
          UNION ALL SELECT t.sku, 'TAKE', -t.quantity FROM jsonb_to_recordset(p_take) AS t(sku text, quantity int)) moved
    ORDER BY moved.sku;
  RETURN '[]'::jsonb;
END $$;

-- As before, with what is replaced.
CREATE OR REPLACE FUNCTION lines_of(p_session text) RETURNS jsonb LANGUAGE sql STABLE AS $$
  SELECT coalesce(jsonb_agg(jsonb_build_object('sku', i.sku, 'kind', i.kind, 'quantity', i.quantity, 'shipped', i.shipped,
      'restocked', i.restocked, 'returned', i.returned, 'replaced', i.replaced) ORDER BY i.position), '[]')
  FROM order_items i WHERE i.session_id = p_session
$$;
CREATE OR REPLACE FUNCTION mailed_lines_of(p_session text) RETURNS jsonb LANGUAGE sql STABLE AS $$
  SELECT coalesce(jsonb_agg(jsonb_build_object('sku', i.sku, 'name', i.name, 'kind', i.kind, 'quantity', i.quantity,
      'unitAmount', i.unit_amount, 'total', i.total, 'restocked', i.restocked, 'replaced', i.replaced) ORDER BY i.position), '[]')
  FROM order_items i WHERE i.session_id = p_session
$$;
