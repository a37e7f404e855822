-- The sweep looks for parcels that nobody was told of, since its last mark.
CREATE INDEX shipments_by_time ON shipments (shipped_at);
