-- no transaction
-- What staff and the mail provider changed of an order: the sweep tells its run, which may not have heard.
CREATE INDEX CONCURRENTLY IF NOT EXISTS timeline_written_beside_runs ON timeline (at)
  WHERE type IN ('hold', 'release', 'contact') OR (type = 'mail' AND key ~ '/(UNDELIVERED|BOUNCED|COMPLAINED)$');
