-- no transaction
-- Staff look for the order of a parcel.
CREATE INDEX CONCURRENTLY IF NOT EXISTS shipments_by_number ON shipments (tracking_number);
