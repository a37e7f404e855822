-- no transaction
-- Housekeeping removes the mails to customers that are about no order.
CREATE INDEX CONCURRENTLY IF NOT EXISTS mails_about_no_order ON mails (created_at) WHERE session_id IS NULL AND audience = 'CUSTOMER';
