-- Goods that came back, beside the refunds: a unit may come back without a refund, and be written off instead of
-- restocked.
CREATE TYPE "ReturnCondition" AS ENUM ('RESTOCK', 'WRITE_OFF');
ALTER TYPE "MovementKind" ADD VALUE 'RETURN';

CREATE TABLE "returns" (
    "id" UUID NOT NULL,
    "session_id" TEXT NOT NULL,
    "key" TEXT NOT NULL,
    "request_hash" TEXT,
    "items" JSONB NOT NULL,
    "condition" "ReturnCondition" NOT NULL,
    "refund_key" TEXT,
    "actor" TEXT NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "returns_pkey" PRIMARY KEY ("id")
);
CREATE UNIQUE INDEX "returns_session_id_key_key" ON "returns"("session_id", "key");
CREATE INDEX "returns_by_time" ON "returns"("at");
ALTER TABLE "returns" ADD CONSTRAINT "returns_session_id_fkey"
  FOREIGN KEY ("session_id") REFERENCES "orders"("session_id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- Only what was shipped comes back, and no unit comes back twice: neither by two returns, nor by a return and with a
-- refund.
ALTER TABLE "order_items"
  ADD COLUMN "returned" INTEGER NOT NULL DEFAULT 0;
ALTER TABLE "order_items"
  ADD CONSTRAINT order_items_returned_bounds CHECK (0 <= returned AND returned <= shipped AND restocked + returned <= quantity) NOT VALID;

-- What a return does, it does by being written: it counts its units on the lines of its order, and those that are
-- restocked are in stock again. The writer has locked the order's row.
CREATE FUNCTION apply_return() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  counted int;
BEGIN
  UPDATE order_items i SET returned = i.returned + l.quantity
    FROM jsonb_to_recordset(NEW.items) AS l(sku text, quantity int)
    WHERE i.session_id = NEW.session_id AND i.sku = l.sku AND l.quantity > 0;
  GET DIAGNOSTICS counted = ROW_COUNT;
  IF counted = 0 OR counted <> jsonb_array_length(NEW.items) THEN
    RAISE EXCEPTION 'a return names lines of its order, each once' USING ERRCODE = 'check_violation';
  END IF;
  IF NEW.condition = 'RESTOCK' THEN
    PERFORM lock_stock_of(NEW.session_id, NEW.items);
    INSERT INTO stock_movements (sku, at, kind, on_hand_delta, held_delta, reference, actor, key)
      SELECT l.sku, NEW.at, 'RETURN', l.quantity, 0, NEW.session_id, NEW.actor, 'return/' || NEW.id || '/' || l.sku
      FROM jsonb_to_recordset(NEW.items) AS l(sku text, quantity int) ORDER BY l.sku;
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER returns_applied AFTER INSERT ON returns FOR EACH ROW EXECUTE FUNCTION apply_return();

CREATE FUNCTION keep_row() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'a row of % is never changed', TG_TABLE_NAME USING ERRCODE = 'check_violation';
END $$;
CREATE TRIGGER returns_kept BEFORE UPDATE OR DELETE ON returns FOR EACH ROW EXECUTE FUNCTION keep_row();

-- The lines of an order, as its workflow needs them.
CREATE FUNCTION lines_of(p_session text) RETURNS jsonb LANGUAGE sql STABLE AS $$
  SELECT coalesce(jsonb_agg(jsonb_build_object('sku', i.sku, 'kind', i.kind, 'quantity', i.quantity, 'shipped', i.shipped,
      'restocked', i.restocked, 'returned', i.returned) ORDER BY i.position), '[]')
  FROM order_items i WHERE i.session_id = p_session
$$;

-- The lines of an order, as its mails need them.
CREATE FUNCTION mailed_lines_of(p_session text) RETURNS jsonb LANGUAGE sql STABLE AS $$
  SELECT coalesce(jsonb_agg(jsonb_build_object('sku', i.sku, 'name', i.name, 'kind', i.kind, 'quantity', i.quantity,
      'unitAmount', i.unit_amount, 'total', i.total, 'restocked', i.restocked) ORDER BY i.position), '[]')
  FROM order_items i WHERE i.session_id = p_session
$$;

-- What came back of an order, oldest first.
CREATE FUNCTION returns_of(p_session text) RETURNS jsonb LANGUAGE sql STABLE AS $$
  SELECT coalesce(jsonb_agg(jsonb_build_object('id', r.id, 'items', r.items, 'condition', r.condition, 'refundKey', r.refund_key)
    ORDER BY r.at, r.id), '[]')
  FROM returns r WHERE r.session_id = p_session
$$;

-- As before, with what came back.
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
    'items', lines_of(o.session_id), 'returns', returns_of(o.session_id))
  FROM orders o WHERE o.session_id = p_session);
END $$;

-- As before, with what came back.
CREATE OR REPLACE FUNCTION order_for_mail(p_session text) RETURNS jsonb LANGUAGE sql STABLE AS $$
  SELECT jsonb_build_object(
    'sessionId', o.session_id, 'number', o.number, 'status', o.status, 'paymentStatus', o.payment_status, 'currency', o.currency,
    'locale', o.locale, 'discount', o.discount, 'shipping', o.shipping, 'tax', o.tax, 'taxIncluded', o.tax_included, 'total', o.total,
    'refunded', o.refunded, 'declined', o.declined, 'recoverableUntil', o.recoverable_until, 'voucher', o.voucher,
    'captureBefore', o.capture_before,
    'attention', CASE WHEN o.attention_step IS NOT NULL
      THEN jsonb_build_object('step', o.attention_step, 'reason', o.attention_reason, 'since', o.attention_since) END,
    'calls', o.calls,
    'items', mailed_lines_of(o.session_id),
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
    'returns', returns_of(o.session_id),
    'disputes', (SELECT coalesce(jsonb_agg(jsonb_build_object('id', d.id, 'status', d.status, 'reason', d.reason, 'amount', d.amount,
        'currency', d.currency, 'dueBy', d.due_by, 'answerable', d.answerable, 'open', d.open, 'submitted', d.submitted_at IS NOT NULL)), '[]')
      FROM disputes d WHERE d.session_id = o.session_id))
  FROM orders o WHERE o.session_id = p_session
$$;
