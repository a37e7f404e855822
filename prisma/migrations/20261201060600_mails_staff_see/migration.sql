-- The latest twenty mails about an order, the oldest of them first. `at`: when each came to be in its state.
CREATE FUNCTION latest_mails_of(p_session text) RETURNS jsonb LANGUAGE sql STABLE AS $$
  SELECT coalesce(jsonb_agg(jsonb_build_object('key', m.key, 'template', m.template, 'at', coalesce(m.sent_at, m.created_at),
    'state', CASE WHEN m.status = 'SENT' THEN 'sent' WHEN m.status = 'GIVEN_UP' THEN 'given_up'
      WHEN m.next_try_at IS NOT NULL THEN 'waiting' ELSE 'under_way' END) ORDER BY m.created_at, m.key), '[]')
  FROM (SELECT * FROM mails WHERE session_id = p_session ORDER BY created_at DESC, key LIMIT 20) m
$$;

-- As before, with what banks took for good, and the mails.
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
    'parcels', parcels_of(o.session_id), 'openRefunds', open_refunds_of(o.session_id), 'disputes', open_disputes_of(o.session_id),
    'lostAmount', o.lost_amount, 'mails', latest_mails_of(o.session_id))
  FROM orders o WHERE o.session_id = p_session);
END $$;
