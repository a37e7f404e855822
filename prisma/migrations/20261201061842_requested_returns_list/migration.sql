-- no transaction
-- The list of orders whose customers wait for an answer to a request to return.
CREATE INDEX CONCURRENTLY IF NOT EXISTS orders_return_requested ON orders (created_at DESC) WHERE return_requested;
