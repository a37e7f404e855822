-- no transaction
-- What is kept about a person includes mails to an address that staff have corrected since.
CREATE INDEX CONCURRENTLY IF NOT EXISTS "mails_by_recipient" ON "mails"("recipient");
