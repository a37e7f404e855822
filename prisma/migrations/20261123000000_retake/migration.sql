-- Sold again after it had been given back (a refund failed at the bank, and staff ship after all): takes these lines ([{ sku, quantity }]) from
-- what is free, all or nothing, and counts them as no longer restocked. Answers what is missing.
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
