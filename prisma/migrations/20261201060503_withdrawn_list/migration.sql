-- no transaction
-- The list of orders whose customer has withdrawn.
CREATE INDEX CONCURRENTLY IF NOT EXISTS orders_withdrawn ON orders (created_at DESC) WHERE withdrawn;
