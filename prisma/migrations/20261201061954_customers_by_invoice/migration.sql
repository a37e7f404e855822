-- no transaction
-- Staff look for the order of an invoice.
CREATE INDEX CONCURRENTLY IF NOT EXISTS customers_by_invoice ON customers ((invoice->>'id')) WHERE invoice IS NOT NULL;
