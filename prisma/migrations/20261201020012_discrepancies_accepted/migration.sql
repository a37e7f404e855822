-- no transaction
-- A sweep looks at those that staff have accepted, to end what is gone.
CREATE INDEX CONCURRENTLY IF NOT EXISTS discrepancies_accepted ON discrepancies (kind) WHERE accepted_at IS NOT NULL;
