-- How many units of a line came back with a refund that was not taken back.
CREATE FUNCTION refunded_units(p_session text, p_sku text) RETURNS int LANGUAGE sql STABLE AS $$
  SELECT coalesce(sum((unit->>'quantity')::int), 0)::int
  FROM returns r JOIN refunds f ON f.key = r.refund_key CROSS JOIN jsonb_array_elements(r.items) unit
  WHERE r.session_id = p_session AND unit->>'sku' = p_sku AND f.status NOT IN ('withdrawn', 'refused')
$$;

-- As before, with the units whose price was given back with a return, and whether anything was asked for the line: what
-- staff are offered to give back with a return, and to send instead, depends on both.
CREATE OR REPLACE FUNCTION lines_of(p_session text) RETURNS jsonb LANGUAGE sql STABLE AS $$
  SELECT coalesce(jsonb_agg(jsonb_build_object('sku', i.sku, 'kind', i.kind, 'quantity', i.quantity, 'shipped', i.shipped,
      'restocked', i.restocked, 'returned', i.returned, 'replaced', i.replaced, 'undone', i.undone)
      || CASE WHEN i.total = 0 THEN jsonb_build_object('free', true) ELSE '{}' END
      || CASE WHEN i.returned = 0 THEN '{}' ELSE jsonb_build_object('refunded', refunded_units(i.session_id, i.sku)) END
    ORDER BY i.position), '[]')
  FROM order_items i WHERE i.session_id = p_session
$$;

-- As before, with the key of its row.
CREATE OR REPLACE FUNCTION open_refunds_of(p_session text) RETURNS jsonb LANGUAGE sql STABLE AS $$
  SELECT coalesce(jsonb_agg(jsonb_build_object('key', r.key, 'id', r.stripe_id, 'amount', r.amount, 'status', r.status)
      || CASE WHEN r.failure_reason IS NULL THEN '{}' ELSE jsonb_build_object('failureReason', r.failure_reason) END
    ORDER BY r.created_at, r.key), '[]')
  FROM refunds r WHERE r.session_id = p_session
    AND r.status IN ('requested', 'pending', 'requires_action', 'refused', 'failed', 'canceled')
    AND (r.status <> 'refused' OR r.refused_at IS NOT NULL)
    AND NOT EXISTS (SELECT 1 FROM refunds a WHERE a.session_id = r.session_id AND a.retry_of = r.stripe_id)
$$;

-- As before, with whether its customer is erased.
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
    'lostAmount', o.lost_amount, 'mails', latest_mails_of(o.session_id), 'returnRequests', return_requests_of(o.session_id))
    || CASE WHEN EXISTS (SELECT 1 FROM customers c WHERE c.session_id = o.session_id AND c.erased_at IS NOT NULL)
       THEN jsonb_build_object('erased', true) ELSE '{}' END
  FROM orders o WHERE o.session_id = p_session);
END $$;
