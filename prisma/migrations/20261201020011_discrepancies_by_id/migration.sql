-- no transaction
-- The id by which staff name a discrepancy is made of its key.
CREATE INDEX CONCURRENTLY IF NOT EXISTS discrepancies_by_id ON discrepancies (md5(kind || '/' || reference));
