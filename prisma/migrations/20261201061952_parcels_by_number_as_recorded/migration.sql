-- no transaction
-- The index on the number without blanks takes its place.
DROP INDEX CONCURRENTLY IF EXISTS shipments_by_number;
