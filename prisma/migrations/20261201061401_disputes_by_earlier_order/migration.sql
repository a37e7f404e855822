-- no transaction
-- An erasure looks for the disputes that name the order as an earlier one.
CREATE INDEX CONCURRENTLY IF NOT EXISTS disputes_by_earlier_order ON disputes USING gin (earlier_orders jsonb_path_ops)
  WHERE earlier_orders IS NOT NULL;
