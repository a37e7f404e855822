-- no transaction
-- The sweep looks at open reviews again. An index of a live table is made beside its writers, alone in its migration.
CREATE INDEX CONCURRENTLY IF NOT EXISTS notices_open_reviews ON notices (updated_at) WHERE open AND kind = 'review';
