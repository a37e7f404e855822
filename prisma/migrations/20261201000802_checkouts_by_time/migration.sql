-- no transaction
-- Attempts that never became an order are forgotten after a day, oldest first.
CREATE INDEX CONCURRENTLY IF NOT EXISTS "checkouts_by_time" ON "checkouts"("created_at");
