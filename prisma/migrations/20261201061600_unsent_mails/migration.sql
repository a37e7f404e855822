-- no transaction
-- The metrics tell how many mails are written and not sent, and how old the oldest is.
CREATE INDEX CONCURRENTLY IF NOT EXISTS mails_unsent ON mails (created_at) WHERE status = 'WRITTEN';
