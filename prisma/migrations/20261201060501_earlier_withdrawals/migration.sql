-- Flags the orders that were withdrawn before orders said so. They are few, and each is found by its key: neither table
-- is locked.
DO $$
BEGIN
  UPDATE orders o SET withdrawn = true FROM withdrawals w WHERE o.session_id = w.session_id AND NOT o.withdrawn;
END $$;
