-- no transaction
-- A sweep looks for cancels of which a run has not heard. An order that has ended has none, so the index is small.
CREATE INDEX CONCURRENTLY IF NOT EXISTS orders_cancelling ON orders (cancel_requested_at) WHERE cancel_requested_at IS NOT NULL;
