-- no transaction
-- The list of orders that need attention, the longest waiting first.
CREATE INDEX CONCURRENTLY IF NOT EXISTS orders_attention_since ON orders (attention_since, session_id) WHERE attention_step IS NOT NULL;
