-- no transaction
-- Staff count the checkouts that began with a recovery link.
CREATE INDEX CONCURRENTLY IF NOT EXISTS checkouts_recovering ON checkouts (created_at) WHERE recovers IS NOT NULL;
