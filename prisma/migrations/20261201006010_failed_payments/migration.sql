-- no transaction
-- A sweep looks for orders whose delayed payment failed and whose mail about it was lost. Few payments fail so.
CREATE INDEX CONCURRENTLY IF NOT EXISTS orders_failed ON orders (created_at) WHERE status = 'EXPIRED' AND payment_status = 'FAILED';
