-- The parcels of an order, oldest first.
CREATE FUNCTION parcels_of(p_session text) RETURNS jsonb LANGUAGE sql STABLE AS $$
  SELECT coalesce(jsonb_agg(jsonb_build_object('carrier', s.carrier, 'trackingNumber', s.tracking_number, 'at', s.shipped_at,
    'items', s.items) ORDER BY s.shipped_at, s.id), '[]')
  FROM shipments s WHERE s.session_id = p_session
$$;

-- The refunds of an order that are not over, or did not go through and were neither resolved nor asked for again, the
-- oldest first.
CREATE FUNCTION open_refunds_of(p_session text) RETURNS jsonb LANGUAGE sql STABLE AS $$
  SELECT coalesce(jsonb_agg(jsonb_build_object('id', r.stripe_id, 'amount', r.amount, 'status', r.status)
    ORDER BY r.created_at, r.key), '[]')
  FROM refunds r WHERE r.session_id = p_session
    AND r.status IN ('requested', 'pending', 'requires_action', 'refused', 'failed', 'canceled')
    AND NOT EXISTS (SELECT 1 FROM refunds a WHERE a.session_id = r.session_id AND a.retry_of = r.stripe_id)
$$;

-- The disputes of an order that are open, the most urgent first.
CREATE FUNCTION open_disputes_of(p_session text) RETURNS jsonb LANGUAGE sql STABLE AS $$
  SELECT coalesce(jsonb_agg(jsonb_build_object('id', d.id, 'amount', d.amount, 'currency', d.currency, 'dueBy', d.due_by,
    'answerable', d.answerable, 'submitted', d.submitted_at IS NOT NULL) ORDER BY d.due_by, d.id), '[]')
  FROM disputes d WHERE d.session_id = p_session AND d.open
$$;

-- As before, with what staff read of an order in the Temporal UI.
CREATE OR REPLACE FUNCTION order_snapshot(p_session text) RETURNS jsonb LANGUAGE plpgsql STABLE AS $$
BEGIN
  RETURN (SELECT jsonb_build_object(
    'number', o.number, 'status', o.status, 'stock', o.stock, 'total', o.total, 'currency', o.currency, 'holdUntil', o.hold_until,
    'shippingHold', o.shipping_hold, 'disputed', o.disputed, 'reviewOpen', o.review_open, 'fraudWarning', o.fraud_warning,
    'lost', is_all_lost(o.session_id),
    'cancelRequested', CASE WHEN o.cancel_refusal IS NULL THEN o.cancel_reason END, 'shippedAt', o.shipped_at,
    'cancelRefused', o.cancel_refusal IS NOT NULL,
    'refundRefused', o.refunded + o.lost_amount < o.total AND EXISTS (
      SELECT 1 FROM refunds r WHERE r.session_id = o.session_id AND r.status = 'refused' AND r.refused_at IS NOT NULL),
    'calls', o.calls, 'attentionStep', o.attention_step, 'attentionReason', o.attention_reason,
    'unreached', unreached_customer(o.session_id)->>'reason',
    'abandoned', o.status = 'PENDING' AND EXISTS (SELECT 1 FROM timeline t WHERE t.session_id = o.session_id AND t.key = 'left'),
    'items', lines_of(o.session_id), 'returns', returns_of(o.session_id),
    'paymentIntentId', o.payment_intent_id, 'refunded', o.refunded, 'shippingHoldSince', o.shipping_hold_since,
    'parcels', parcels_of(o.session_id), 'openRefunds', open_refunds_of(o.session_id), 'disputes', open_disputes_of(o.session_id))
  FROM orders o WHERE o.session_id = p_session);
END $$;
