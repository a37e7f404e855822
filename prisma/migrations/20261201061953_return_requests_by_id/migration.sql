-- no transaction
-- Staff look for the order of a request to return.
CREATE INDEX CONCURRENTLY IF NOT EXISTS return_requests_by_id ON return_requests (id);
