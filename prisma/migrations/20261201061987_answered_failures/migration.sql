-- When staff sent the goods in place of a refund that failed: nobody owes it any more.
ALTER TABLE refunds ADD COLUMN answered_at timestamptz(3);

-- Those that were answered so before this column existed.
UPDATE refunds r SET answered_at = (
    SELECT min(s.shipped_at) FROM shipments s WHERE s.session_id = r.session_id AND s.shipped_at >= r.updated_at)
  FROM orders o
  WHERE r.status IN ('failed', 'canceled')
    AND o.session_id = r.session_id AND o.status IN ('PREPARING', 'SHIPPED', 'COMPLETED')
    AND NOT jsonb_path_exists(o.calls, '$[*] ? (@.step == "refund-failed" && @.subject == $id)', jsonb_build_object('id', r.stripe_id));
