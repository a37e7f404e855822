-- Staff may hold shipping: why, since when, and who. All three or none.
ALTER TABLE "orders" ADD COLUMN "shipping_hold" TEXT, ADD COLUMN "shipping_hold_since" TIMESTAMPTZ(3), ADD COLUMN "shipping_hold_by" TEXT;
ALTER TABLE "orders" ADD CONSTRAINT orders_shipping_hold_whole
  CHECK (num_nulls(shipping_hold, shipping_hold_since, shipping_hold_by) IN (0, 3)) NOT VALID;

-- As before, with the hold.
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
    'items', (SELECT coalesce(jsonb_agg(jsonb_build_object('sku', i.sku, 'kind', i.kind, 'shipped', i.shipped) ORDER BY i.position), '[]')
              FROM order_items i WHERE i.session_id = o.session_id))
  FROM orders o WHERE o.session_id = p_session);
END $$;
