-- Why a refund failed: Stripe's code. It is not known of refunds that failed before.
ALTER TABLE refunds ADD COLUMN failure_reason text;

-- As before, with that code.
CREATE OR REPLACE FUNCTION open_refunds_of(p_session text) RETURNS jsonb LANGUAGE sql STABLE AS $$
  SELECT coalesce(jsonb_agg(jsonb_build_object('id', r.stripe_id, 'amount', r.amount, 'status', r.status)
      || CASE WHEN r.failure_reason IS NULL THEN '{}' ELSE jsonb_build_object('failureReason', r.failure_reason) END
    ORDER BY r.created_at, r.key), '[]')
  FROM refunds r WHERE r.session_id = p_session
    AND r.status IN ('requested', 'pending', 'requires_action', 'refused', 'failed', 'canceled')
    AND (r.status <> 'refused' OR r.refused_at IS NOT NULL)
    AND NOT EXISTS (SELECT 1 FROM refunds a WHERE a.session_id = r.session_id AND a.retry_of = r.stripe_id)
$$;
