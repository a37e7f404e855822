-- Releases what is still held, as release_stock does, and says who had the order cancelled. That function stays for
-- processes of the release before. Returns the number of lines released.
CREATE FUNCTION release_stock_by(p_session text, p_at timestamptz, p_actor text) RETURNS int LANGUAGE plpgsql AS $$
DECLARE
  released int;
BEGIN
  PERFORM 1 FROM stock_levels s
    WHERE s.sku IN (SELECT sku FROM holds WHERE session_id = p_session) ORDER BY s.sku FOR UPDATE;
  INSERT INTO stock_movements (sku, at, kind, on_hand_delta, held_delta, reference, actor)
    SELECT sku, p_at, 'RELEASE', 0, -quantity, p_session, p_actor FROM holds
    WHERE session_id = p_session AND state = 'ACTIVE' ORDER BY sku;
  GET DIAGNOSTICS released = ROW_COUNT;
  UPDATE holds SET state = 'RELEASED' WHERE session_id = p_session AND state = 'ACTIVE';
  RETURN released;
END $$;
