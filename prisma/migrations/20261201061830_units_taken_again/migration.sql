-- Of what is back in stock, the units that went back when all of the money did, by a refund, a cancel or a lost
-- dispute. They are what `ship` takes again if the money comes back. What a refund of a part called off before, or
-- brought back after it, stays in stock. Null on lines from before this was counted.
ALTER TABLE "order_items" ADD COLUMN "undone" INTEGER;
ALTER TABLE "order_items" ALTER COLUMN "undone" SET DEFAULT 0;
ALTER TABLE "order_items" ADD CONSTRAINT order_items_undone_bounds CHECK (0 <= undone AND undone <= restocked) NOT VALID;

-- As before, and counts what `undoDelivery` puts back.
CREATE OR REPLACE FUNCTION restock(p_session text, p_lines jsonb, p_key text, p_actor text, p_at timestamptz) RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
  PERFORM lock_stock_of(p_session, p_lines);
  IF EXISTS (SELECT 1 FROM stock_movements m JOIN jsonb_array_elements(p_lines) l ON m.key = p_key || '/' || (l->>'sku')) THEN RETURN false; END IF;
  INSERT INTO stock_movements (sku, at, kind, on_hand_delta, held_delta, reference, actor, key)
    SELECT l.sku, p_at, 'RESTOCK', l.quantity, 0, p_session, p_actor, p_key || '/' || l.sku
    FROM jsonb_to_recordset(p_lines) AS l(sku text, quantity int) JOIN stock_levels s USING (sku) WHERE l.quantity > 0 ORDER BY l.sku;
  UPDATE order_items i SET restocked = i.restocked + l.quantity,
      undone = CASE WHEN starts_with(p_key, 'undo/') THEN coalesce(i.undone, 0) + l.quantity ELSE i.undone END
    FROM jsonb_to_recordset(p_lines) AS l(sku text, quantity int) WHERE i.session_id = p_session AND i.sku = l.sku;
  RETURN true;
END $$;

-- As before, and counts that they are taken. The version before may take more than went back with the money.
CREATE OR REPLACE FUNCTION retake_stock(p_session text, p_lines jsonb, p_at timestamptz) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
  missing jsonb;
BEGIN
  PERFORM lock_stock_of(p_session, p_lines);
  missing := lock_and_find_missing(p_lines);
  IF missing <> '[]'::jsonb THEN RETURN missing; END IF;
  INSERT INTO stock_movements (sku, at, kind, on_hand_delta, held_delta, reference, actor)
    SELECT l.sku, p_at, 'TAKE', -l.quantity, 0, p_session, 'order'
    FROM jsonb_to_recordset(p_lines) AS l(sku text, quantity int) JOIN stock_levels s USING (sku) ORDER BY l.sku;
  UPDATE order_items i SET restocked = i.restocked - l.quantity, undone = greatest(0, coalesce(i.undone, 0) - l.quantity)
    FROM jsonb_to_recordset(p_lines) AS l(sku text, quantity int) WHERE i.session_id = p_session AND i.sku = l.sku;
  RETURN '[]'::jsonb;
END $$;

-- As before, with what `ship` would take again.
CREATE OR REPLACE FUNCTION lines_of(p_session text) RETURNS jsonb LANGUAGE sql STABLE AS $$
  SELECT coalesce(jsonb_agg(jsonb_build_object('sku', i.sku, 'kind', i.kind, 'quantity', i.quantity, 'shipped', i.shipped,
      'restocked', i.restocked, 'returned', i.returned, 'replaced', i.replaced, 'undone', i.undone) ORDER BY i.position), '[]')
  FROM order_items i WHERE i.session_id = p_session
$$;
