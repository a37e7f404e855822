-- As before, with where the order's invoice is.
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
    'customer', (SELECT jsonb_build_object('email', c.email, 'name', c.name, 'address', c.address, 'erased', c.erased_at IS NOT NULL,
        'invoiceUrl', c.invoice->>'url')
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
