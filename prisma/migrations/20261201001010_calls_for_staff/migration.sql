-- What calls staff to an order beside its own steps: [{ step, subject, reason, since }] (domain/calls.ts). Several may
-- stand at once. The columns attention_* show the foremost of what the order needs staff for.
ALTER TABLE "orders" ADD COLUMN "calls" JSONB NOT NULL DEFAULT '[]';
ALTER TABLE "orders" ADD CONSTRAINT orders_calls_list CHECK (jsonb_typeof(calls) = 'array') NOT VALID;

-- The calls that stand today. Until now an order kept only one, and a warning of fraud behind it.
UPDATE orders o SET calls = jsonb_build_array(jsonb_build_object('step', attention_step, 'subject', 'before', 'reason', attention_reason,
    'since', to_char(attention_since AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')))
  WHERE attention_step IN ('dispute-lost', 'dispute-won', 'refund-unknown', 'review-closed', 'fraud-warning');
UPDATE orders o SET calls = calls || jsonb_build_object('step', 'fraud-warning', 'subject', 'before', 'reason',
    'Stripe warns of fraud: cancel gives the money back before a dispute can cost it; retry ships all the same',
    'since', to_char(updated_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'))
  WHERE fraud_warning AND attention_step IS DISTINCT FROM 'fraud-warning';
UPDATE orders o SET calls = calls || (SELECT jsonb_agg(jsonb_build_object('step', 'refund-failed', 'subject', r.stripe_id,
    'reason', 'The refund ' || r.stripe_id || ' is ' || r.status || ': the shop has the money again',
    'since', to_char(r.updated_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')))
    FROM refunds r WHERE r.session_id = o.session_id AND r.status IN ('failed', 'canceled'))
  WHERE attention_step = 'refund-failed'
    AND EXISTS (SELECT 1 FROM refunds r WHERE r.session_id = o.session_id AND r.status IN ('failed', 'canceled'));

-- As before, with the calls.
CREATE OR REPLACE FUNCTION order_snapshot(p_session text) RETURNS jsonb LANGUAGE plpgsql STABLE AS $$
BEGIN
  RETURN (SELECT jsonb_build_object(
    'number', o.number, 'status', o.status, 'stock', o.stock, 'total', o.total, 'currency', o.currency, 'holdUntil', o.hold_until,
    'disputed', o.disputed, 'reviewOpen', o.review_open, 'fraudWarning', o.fraud_warning,
    'lost', is_all_lost(o.session_id),
    'cancelRequested', CASE WHEN o.cancel_refusal IS NULL THEN o.cancel_reason END, 'shippedAt', o.shipped_at,
    'cancelRefused', o.cancel_refusal IS NOT NULL,
    'refundRefused', o.refunded + o.lost_amount < o.total AND EXISTS (
      SELECT 1 FROM refunds r WHERE r.session_id = o.session_id AND r.status = 'refused' AND r.refused_at IS NOT NULL),
    'calls', o.calls, 'attentionStep', o.attention_step, 'attentionReason', o.attention_reason,
    'unreached', unreached_customer(o.session_id)->>'reason',
    'abandoned', o.status = 'PENDING' AND EXISTS (SELECT 1 FROM timeline t WHERE t.session_id = o.session_id AND t.key = 'left'),
    'items', (SELECT coalesce(jsonb_agg(jsonb_build_object('sku', i.sku, 'kind', i.kind, 'shipped', i.shipped) ORDER BY i.position), '[]')
              FROM order_items i WHERE i.session_id = o.session_id))
  FROM orders o WHERE o.session_id = p_session);
END $$;

-- As before, with the calls.
CREATE OR REPLACE FUNCTION order_for_mail(p_session text) RETURNS jsonb LANGUAGE sql STABLE AS $$
  SELECT jsonb_build_object(
    'sessionId', o.session_id, 'number', o.number, 'status', o.status, 'paymentStatus', o.payment_status, 'currency', o.currency,
    'locale', o.locale, 'discount', o.discount, 'shipping', o.shipping, 'tax', o.tax, 'taxIncluded', o.tax_included, 'total', o.total,
    'refunded', o.refunded, 'declined', o.declined, 'recoverableUntil', o.recoverable_until, 'voucher', o.voucher,
    'captureBefore', o.capture_before,
    'attention', CASE WHEN o.attention_step IS NOT NULL
      THEN jsonb_build_object('step', o.attention_step, 'reason', o.attention_reason, 'since', o.attention_since) END,
    'calls', o.calls,
    'items', (SELECT coalesce(jsonb_agg(jsonb_build_object('sku', i.sku, 'name', i.name, 'kind', i.kind, 'quantity', i.quantity,
        'unitAmount', i.unit_amount, 'total', i.total, 'restocked', i.restocked) ORDER BY i.position), '[]')
      FROM order_items i WHERE i.session_id = o.session_id),
    'customer', (SELECT jsonb_build_object('email', c.email, 'name', c.name, 'address', c.address, 'erased', c.erased_at IS NOT NULL)
      FROM customers c WHERE c.session_id = o.session_id),
    'grants', (SELECT coalesce(jsonb_agg(jsonb_build_object('id', g.id, 'sku', g.sku, 'expiresAt', g.expires_at, 'allowed', g.allowed,
        'used', g.used)), '[]')
      FROM download_grants g WHERE g.session_id = o.session_id AND g.revoked_at IS NULL),
    'shipments', (SELECT coalesce(jsonb_agg(jsonb_build_object('id', s.id, 'carrier', s.carrier, 'trackingNumber', s.tracking_number,
        'trackingUrl', s.tracking_url, 'items', s.items) ORDER BY s.shipped_at, s.id), '[]')
      FROM shipments s WHERE s.session_id = o.session_id),
    'refunds', (SELECT coalesce(jsonb_agg(jsonb_build_object('key', r.key, 'stripeId', r.stripe_id, 'amount', r.amount, 'status', r.status,
        'reason', r.reason) ORDER BY r.created_at), '[]')
      FROM refunds r WHERE r.session_id = o.session_id),
    'disputes', (SELECT coalesce(jsonb_agg(jsonb_build_object('id', d.id, 'status', d.status, 'reason', d.reason, 'amount', d.amount,
        'currency', d.currency, 'dueBy', d.due_by, 'answerable', d.answerable, 'open', d.open, 'submitted', d.submitted_at IS NOT NULL)), '[]')
      FROM disputes d WHERE d.session_id = o.session_id))
  FROM orders o WHERE o.session_id = p_session
$$;
