-- no transaction
-- The list of orders on hold.
CREATE INDEX CONCURRENTLY IF NOT EXISTS orders_held ON orders (created_at DESC) WHERE shipping_hold IS NOT NULL;
