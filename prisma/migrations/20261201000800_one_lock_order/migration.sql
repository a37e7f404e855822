-- One lock order everywhere: an order's row first, then rows of stock in SKU order. A transaction may restock twice,
-- first what a refund names and then the rest of its order. If the first call locks only its own SKUs, the second can
-- ask for a SKU that sorts before them, and meet a hold that waits the other way round. So each of these two functions
-- locks every row of stock that its order has, in SKU order, before it does anything.

-- Locks the stock of an order's goods, and of these lines ([{ sku, quantity }]) if they name others.
CREATE FUNCTION lock_stock_of(p_session text, p_lines jsonb) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  PERFORM 1 FROM stock_levels s
    WHERE s.sku IN (SELECT i.sku FROM order_items i WHERE i.session_id = p_session
                    UNION SELECT h.sku FROM holds h WHERE h.session_id = p_session
                    UNION SELECT l->>'sku' FROM jsonb_array_elements(p_lines) l)
    ORDER BY s.sku FOR UPDATE;
END $$;

-- As before, with the locks of the whole order.
CREATE OR REPLACE FUNCTION restock(p_session text, p_lines jsonb, p_key text, p_actor text, p_at timestamptz) RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
  PERFORM lock_stock_of(p_session, p_lines);
  IF EXISTS (SELECT 1 FROM stock_movements m JOIN jsonb_array_elements(p_lines) l ON m.key = p_key || '/' || (l->>'sku')) THEN RETURN false; END IF;
  INSERT INTO stock_movements (sku, at, kind, on_hand_delta, held_delta, reference, actor, key)
    SELECT l.sku, p_at, 'RESTOCK', l.quantity, 0, p_session, p_actor, p_key || '/' || l.sku
    FROM jsonb_to_recordset(p_lines) AS l(sku text, quantity int) JOIN stock_levels s USING (sku) WHERE l.quantity > 0 ORDER BY l.sku;
  UPDATE order_items i SET restocked = i.restocked + l.quantity
    FROM jsonb_to_recordset(p_lines) AS l(sku text, quantity int) WHERE i.session_id = p_session AND i.sku = l.sku;
  RETURN true;
END $$;

-- As before, with the locks of the whole order.
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
  UPDATE order_items i SET restocked = i.restocked - l.quantity
    FROM jsonb_to_recordset(p_lines) AS l(sku text, quantity int) WHERE i.session_id = p_session AND i.sku = l.sku;
  RETURN '[]'::jsonb;
END $$;
