-- no transaction
-- Staff count the mails about expired checkouts by when they were sent, and unsubscribing stops those that were not.
CREATE INDEX CONCURRENTLY IF NOT EXISTS mails_about_expired ON mails (sent_at) WHERE template = 'checkout_expired';
