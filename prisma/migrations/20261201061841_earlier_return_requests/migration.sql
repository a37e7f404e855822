-- Flags the orders whose customers asked to return before orders said so. They are few, and each is found by its key:
-- no table is locked.
DO $$
BEGIN
  UPDATE orders o SET return_requested = true
    FROM (SELECT DISTINCT session_id FROM return_requests WHERE declined_at IS NULL) q
    WHERE o.session_id = q.session_id AND NOT o.return_requested AND is_return_requested(o.session_id);
END $$;
