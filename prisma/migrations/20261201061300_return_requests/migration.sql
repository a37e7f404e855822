-- Shoppers ask to return goods: which, how many, and why if they say so. Whether a request is answered follows from the
-- returns that were recorded since, unless staff have declined it, with a note to the customer.
CREATE TABLE "return_requests" (
    "session_id" TEXT NOT NULL,
    "id" UUID NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,
    "items" JSONB NOT NULL,
    "reason" TEXT,
    "declined_at" TIMESTAMPTZ(3),
    "declined_by" TEXT,
    "declined_note" TEXT,

    CONSTRAINT "return_requests_pkey" PRIMARY KEY ("session_id","id"),
    CONSTRAINT return_requests_declined_by_somebody CHECK ((declined_at IS NULL) = (declined_by IS NULL))
);
ALTER TABLE "return_requests" ADD CONSTRAINT "return_requests_session_id_fkey"
  FOREIGN KEY ("session_id") REFERENCES "orders"("session_id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- What the shopper asked to return of an order, oldest first, without the words of anybody.
CREATE FUNCTION return_requests_of(p_session text) RETURNS jsonb LANGUAGE sql STABLE AS $$
  SELECT coalesce(jsonb_agg(jsonb_build_object('id', q.id, 'at', q.at, 'items', q.items, 'declined', q.declined_at IS NOT NULL)
    ORDER BY q.at, q.id), '[]')
  FROM return_requests q WHERE q.session_id = p_session
$$;

-- As before, with when it came.
CREATE OR REPLACE FUNCTION returns_of(p_session text) RETURNS jsonb LANGUAGE sql STABLE AS $$
  SELECT coalesce(jsonb_agg(jsonb_build_object('id', r.id, 'at', r.at, 'items', r.items, 'condition', r.condition,
    'refundKey', r.refund_key) ORDER BY r.at, r.id), '[]')
  FROM returns r WHERE r.session_id = p_session
$$;

-- As before, with what the shopper asked to return.
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
  FROM orders o WHERE o.session_id = p_session);
END $$;
