-- no transaction
-- Before each mail to a customer the addresses are looked up to which mails come back. They are few.
CREATE INDEX CONCURRENTLY IF NOT EXISTS mails_returned ON mails (recipient) WHERE outcome IN ('BOUNCED', 'COMPLAINED');
