-- no transaction
-- The mail provider reports what became of a mail by its own id.
CREATE INDEX CONCURRENTLY IF NOT EXISTS mails_by_provider_id ON mails (provider_id);
