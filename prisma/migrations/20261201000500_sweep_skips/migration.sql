-- What sweeps could not see to, for a reason of its own. The next sweep tries again.
CREATE TABLE sweep_skips (
  reference    text PRIMARY KEY,
  reason       text NOT NULL,
  since        timestamptz(3) NOT NULL,
  last_seen_at timestamptz(3) NOT NULL
);
ALTER TABLE reconciliations ADD COLUMN skipped jsonb NOT NULL DEFAULT '[]';
