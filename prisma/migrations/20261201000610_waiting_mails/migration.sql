-- no transaction
CREATE INDEX CONCURRENTLY IF NOT EXISTS mails_waiting ON mails (next_try_at) WHERE status = 'WRITTEN' AND next_try_at IS NOT NULL;
