-- When staff sent the goods in place of a refund that failed: nobody owes it any more.
ALTER TABLE refunds ADD COLUMN answered_at timestamptz(3);
