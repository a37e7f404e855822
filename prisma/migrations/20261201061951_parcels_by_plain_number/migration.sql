-- no transaction
-- Staff look for the order of a parcel, and write its number in another case and other groups than it was recorded.
CREATE INDEX CONCURRENTLY IF NOT EXISTS shipments_by_plain_number ON shipments ((upper(translate(tracking_number, E' \u00A0\u202F-./', ''))));
