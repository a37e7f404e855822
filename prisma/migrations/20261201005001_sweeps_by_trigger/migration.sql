-- no transaction
-- For the end of each sweep, which deletes scheduled ones that are a month old: those that staff started are kept.
CREATE INDEX CONCURRENTLY IF NOT EXISTS "reconciliations_by_trigger" ON "reconciliations"("trigger", "started_at");
