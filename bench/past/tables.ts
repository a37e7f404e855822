import { GOODS, PRICE, SONGS } from './orders';

/** A cart's request to Stripe, about as long as the product's. */
const REQUEST = `jsonb_build_object('mode', 'payment', 'locale', 'en', 'client_reference_id', number::text, 'customer_email', email,
  'metadata', jsonb_build_object('holdfast_number', number::text, 'holdfast_checkout', uuid, 'userId', 'user-' || age / 5),
  'success_url', 'https://shop.example.com/success?session_id={CHECKOUT_SESSION_ID}', 'cancel_url', 'https://shop.example.com/cart',
  'expires_at', extract(epoch FROM hold_until)::bigint, 'line_items', jsonb_build_array(jsonb_build_object('quantity', quantity,
    'price_data', jsonb_build_object('currency', 'eur', 'unit_amount', ${PRICE}, 'product_data', jsonb_build_object('name', 'The ' || sku)))))`;
/** A line of a checkout, as `CheckoutLine` has it. */
const line = (sku: string, quantity: string): string => `jsonb_build_object('sku', ${sku}, 'name', 'The ' || ${sku},
  'kind', CASE WHEN song THEN 'DIGITAL' ELSE 'PHYSICAL' END, 'quantity', ${quantity}, 'unitAmount', ${PRICE}, 'total', ${PRICE} * ${quantity},
  'stripePriceId', NULL, 'minimum', NULL)`;
/**
 * The body of a mail. A real one is ten times as long and lies beside its table, where a statement that does not ask
 * for it never goes.
 */
const BODY = `repeat('Thank you for order ' || number || '. ', 12)`;

/** Goods that an order has or had, one row a line. */
const LINES = `(SELECT *, sku AS line, quantity AS units FROM past WHERE NOT song
  UNION ALL SELECT *, second, 1 FROM past WHERE NOT song AND second IS NOT NULL)`;

/**
 * The rows of each table that grows with the orders, made from the table `past`, oldest first. As the product's own
 * statements leave them at the end of an order.
 */
export const ROWS: Record<string, string> = {
  orders: `
    (session_id, number, status, payment_status, stock, origin, currency, subtotal, total, refunded, payment_intent_id, charge_id,
     hold_until, locale, paid_at, shipped_at, created_at, updated_at, version)
    SELECT session, number, s.status::"OrderStatus", s.payment::"PaymentStatus", s.stock::"StockState", 'CHECKOUT', 'eur', total, total,
      CASE kind WHEN 'refunded' THEN total WHEN 'song refunded' THEN 250 ELSE 0 END, CASE WHEN paid_at IS NOT NULL THEN intent END,
      CASE WHEN paid_at IS NOT NULL THEN charge END, hold_until, 'en', paid_at, CASE kind WHEN 'shipped' THEN later END, at, later, 5
    FROM past JOIN (VALUES ('shipped', 'COMPLETED', 'PAID', 'COMMITTED'), ('song', 'COMPLETED', 'PAID', 'COMMITTED'),
      ('expired', 'EXPIRED', 'UNPAID', 'RELEASED'), ('cancelled', 'CANCELLED', 'UNPAID', 'RELEASED'),
      ('refunded', 'REFUNDED', 'REFUNDED', 'RETURNED'), ('song refunded', 'COMPLETED', 'PARTIALLY_REFUNDED', 'COMMITTED'),
      ('preparing', 'PREPARING', 'PAID', 'COMMITTED'), ('pending', 'PENDING', 'UNPAID', 'HELD')) AS s(kind, status, payment, stock) USING (kind)
    ORDER BY age DESC`,
  order_items: `
    (session_id, sku, position, name, kind, quantity, unit_amount, total, shipped, restocked)
    SELECT session, i.sku, i.position, 'The ' || i.sku, CASE WHEN song THEN 'DIGITAL' ELSE 'PHYSICAL' END::"ProductKind", i.quantity, ${PRICE},
      ${PRICE} * i.quantity, CASE kind WHEN 'shipped' THEN i.quantity ELSE 0 END, CASE kind WHEN 'refunded' THEN i.quantity ELSE 0 END
    FROM past p CROSS JOIN LATERAL (VALUES (0, p.sku, p.quantity), (1, p.second, 1)) AS i(position, sku, quantity) WHERE i.sku IS NOT NULL`,
  checkouts: `
    (id, number, origin, currency, subtotal, lines, request, stripe_key, hold_until, session_id, url, client_hash, created_at)
    SELECT uuid, number, 'CHECKOUT', 'eur', total, CASE WHEN second IS NULL THEN jsonb_build_array(${line('sku', 'quantity')})
        ELSE jsonb_build_array(${line('sku', 'quantity')}, ${line('second', '1')}) END,
      ${REQUEST}, 'checkout/' || uuid, hold_until, session, 'https://checkout.stripe.com/c/pay/' || session || '#fid' || md5(session),
      md5('client' || age / 5), at - interval '1 second'
    FROM past p`,
  checkout_keys: `
    (key_hash, body_hash, checkout_id, created_at)
    SELECT md5('key' || age) || md5(age::text), md5(age::text), uuid, at FROM past WHERE age < 800`,
  customers: `
    (session_id, email, name, address, user_id, erased_at)
    SELECT session, CASE WHEN kept THEN email END, CASE WHEN kept THEN 'Shopper ' || age / 5 END,
      CASE WHEN kept THEN '{"line1":"Street 1","line2":null,"city":"Town","state":null,"postal_code":"10115","country":"DE"}'::jsonb END,
      CASE WHEN kept THEN 'user-' || age / 5 END, CASE WHEN NOT kept THEN later END
    FROM (SELECT *, age < 100000 OR age % 50 > 0 AS kept FROM past) p`,
  holds: `
    (session_id, sku, quantity, state, until)
    SELECT session, line, units, CASE kind WHEN 'pending' THEN 'ACTIVE' WHEN 'expired' THEN 'RELEASED' WHEN 'cancelled' THEN 'RELEASED'
      ELSE 'COMMITTED' END::"HoldState", hold_until FROM ${LINES} l`,
  stock_movements: `
    (sku, at, kind, on_hand_delta, held_delta, reference, actor, key)
    SELECT sku, at, kind::"MovementKind", on_hand_delta, held_delta, reference, actor, key FROM (
      SELECT 'good-' || g AS sku, (SELECT min(at) FROM past) AS at, 'ADJUST' AS kind, 1000000 AS on_hand_delta, 0 AS held_delta, 'delivery' AS reference,
        'staff' AS actor, NULL AS key, NULL::int AS age, 0 AS step FROM generate_series(0, ${GOODS - 1}) g
      UNION ALL SELECT line, m.at, m.kind, m.on_hand * units, m.held * units, session, m.actor,
        CASE m.kind WHEN 'RESTOCK' THEN 'refund/' || session || '/staff/1/' || line END, age, m.step
      FROM ${LINES} l CROSS JOIN LATERAL (VALUES (1, 'HOLD', l.at, 0, 1, 'order'), (2, 'COMMIT', l.paid_at, -1, -1, 'order'),
        (2, 'RELEASE', CASE WHEN l.kind IN ('expired', 'cancelled') THEN l.hold_until END, 0, -1, 'order'),
        (3, 'RESTOCK', CASE l.kind WHEN 'refunded' THEN l.later END, 1, 0, 'staff')) AS m(step, kind, at, on_hand, held, actor)
      WHERE m.at IS NOT NULL
    ) moved ORDER BY age DESC NULLS FIRST, step, sku`,
  timeline: `
    (session_id, at, type, message, actor, key)
    SELECT session, t.at, t.type, t.message, t.actor, t.key
    FROM past p CROSS JOIN LATERAL (VALUES
      (p.at, 'opened', 'Opened by checkout', 'shopper', 'opened'), (p.paid_at, 'paid', 'Paid', 'stripe', 'paid'),
      (p.paid_at, 'committed', CASE WHEN p.song THEN 'Delivered: the downloads are granted' ELSE 'Stock sold to this order; waiting to be shipped' END,
        'holdfast', 'committed'),
      (p.paid_at, 'mail', 'Sent order_confirmation', 'holdfast', 'mail/order_confirmation/' || p.session),
      (p.paid_at, 'mail', 'Sent order_received', 'holdfast', 'mail/order_received/' || p.session),
      (CASE p.kind WHEN 'shipped' THEN p.later END, 'shipped', 'Shipped with DHL', 'staff', 'shipped/' || p.uuid),
      (CASE p.kind WHEN 'shipped' THEN p.later END, 'completed', 'Delivered', 'staff', 'completed'),
      (CASE WHEN p.kind IN ('expired', 'cancelled') THEN p.hold_until END, p.kind, 'Ended unpaid', 'holdfast', p.kind),
      (CASE WHEN p.kind IN ('refunded', 'song refunded') THEN p.later END, 'refund', 'Refunded', 'staff', 'refund/' || p.refund || '/succeeded')
    ) AS t(at, type, message, actor, key) WHERE t.at IS NOT NULL`,
  mails: `
    (key, template, audience, session_id, order_number, recipient, subject, html, text, status, attempts, provider_id, created_at, sent_at)
    SELECT m.key, m.template, m.audience::"MailAudience", session, number, m.recipient, 'Order ' || number, ${BODY}, ${BODY}, 'SENT', 1,
      md5(m.key), m.at, m.at
    FROM past p CROSS JOIN LATERAL (VALUES
      ('order_confirmation/' || p.session, 'order_confirmation', 'CUSTOMER', p.email, p.paid_at),
      ('order_received/' || p.session, 'order_received', 'STAFF', 'staff@example.com', p.paid_at),
      ('order_shipped/' || p.session || '/' || p.uuid, 'order_shipped', 'CUSTOMER', p.email, CASE p.kind WHEN 'shipped' THEN p.later END),
      ('order_refunded/' || p.refund, 'order_refunded', 'CUSTOMER', p.email, CASE WHEN p.kind IN ('refunded', 'song refunded') THEN p.later END),
      ('checkout_expired/' || p.session, 'checkout_expired', 'CUSTOMER', p.email, CASE p.kind WHEN 'expired' THEN p.hold_until END)
    ) AS m(key, template, audience, recipient, at) WHERE m.at IS NOT NULL`,
  shipments: `
    (id, session_id, carrier, tracking_number, items, shipped_at, delivered_at)
    SELECT uuid, session, 'DHL', 'JJD' || age, jsonb_build_array(jsonb_build_object('sku', sku, 'quantity', quantity)), later, later
    FROM past WHERE kind = 'shipped'`,
  download_grants: `
    (id, session_id, sku, expires_at, allowed, used)
    SELECT uuid, session, sku, paid_at + interval '7 days', 5, age % 5 FROM past WHERE song`,
  refunds: `
    (key, origin, request_key, stripe_id, session_id, amount, currency, status, reason, actor, attempt, status_before, payment_status_before,
     created_at, updated_at)
    SELECT session || '/staff/1', 'STAFF', '1', refund, session, CASE kind WHEN 'refunded' THEN total ELSE 250 END, 'eur', 'succeeded', 'other',
      'staff', 1, CASE kind WHEN 'refunded' THEN 'PREPARING'::"OrderStatus" END, 'PAID', later, later
    FROM past WHERE kind IN ('refunded', 'song refunded')`,
  disputes: `
    (id, session_id, charge_id, payment_intent_id, status, reason, amount, currency, open, withdrawn, withdrawn_currency, created_at, updated_at,
     closed_at)
    SELECT 'du_1' || md5('d' || age), session, charge, intent, 'won', 'fraudulent', total, 'eur', false, 0, 'eur', paid_at, later, later
    FROM past WHERE age % 1000 = 70`,
  notices: `
    (id, kind, session_id, payment_intent, open, reason, created_at, updated_at)
    SELECT 'prv_1' || md5('n' || age), 'review', session, intent, false, 'approved', paid_at, later FROM past WHERE age % 1000 = 71
    UNION ALL SELECT 'po_1' || md5('o' || age), 'payout', NULL, NULL, false, NULL, at, at FROM past WHERE age % 864 = 99`,
  payouts: `
    (id, currency, amount, status, automatic, arrival_at, transactions, checked_at, created_at, updated_at)
    SELECT 'po_1' || md5('o' || age), 'eur', 1000000, 'paid', true, at, 1000000, at, at, at FROM past WHERE age % 864 = 99`,
  ledger_entries: `
    (id, at, category, type, source, payment_intent_id, currency, amount, settled_currency, settled, fee)
    SELECT 'txn_3' || md5('l' || e.category || e.way || age), e.at, e.category, e.category, e.source, e.intent, 'eur', e.amount, 'eur', e.amount, e.fee
    FROM past p CROSS JOIN LATERAL (VALUES ('charge', 0, p.paid_at, p.charge, p.intent, p.total, 40),
      ('refund', 0, CASE WHEN p.kind IN ('refunded', 'song refunded') THEN p.later END, p.refund, p.intent,
        CASE p.kind WHEN 'refunded' THEN -p.total ELSE -250 END, 0),
      ('dispute', 0, CASE WHEN p.age % 1000 = 70 THEN p.paid_at END, 'du_1' || md5('d' || p.age), p.intent, -p.total, 1500),
      ('dispute', 1, CASE WHEN p.age % 1000 = 70 THEN p.later END, 'du_1' || md5('d' || p.age), p.intent, p.total, 0),
      ('payout', 0, CASE WHEN p.age % 864 = 99 THEN p.at END, 'po_1' || md5('o' || p.age), NULL, -1000000, 0)
    ) AS e(category, way, at, source, intent, amount, fee) WHERE e.at IS NOT NULL`,
  stray_sessions: `
    (session_id, amount, currency, kind, reason, seen_at, reported_at)
    SELECT 'cs_test_stray' || md5(age::text), 100, 'eur', 'UNKNOWN_LINES', 'theirs', at, at FROM past WHERE age % 100 = 50 AND age < 35 * 864`,
  discrepancies: `
    (kind, reference, detail, currency, amount, found_by, first_seen_at, last_seen_at, resolved_at, report_key, reported_at)
    SELECT 'amount_differs', 'was-' || age, 'was put right', 'eur', 1, uuid, at, at, at, 'reconciliation_report/' || uuid, at
    FROM past WHERE age % 1000 = 72 AND age < 365 * 864`,
};

/** What does not grow with the orders: the catalogue, the sweeps of a month, and the marks of what was swept. */
export const FIXED_ROWS = (now: Date): string[] => {
  const at = `'${now.toISOString()}'::timestamptz`;
  return [
    `INSERT INTO products (sku, name, kind, created_at, updated_at)
      SELECT 'good-' || n, 'The good-' || n, 'PHYSICAL'::"ProductKind", ${at}, ${at} FROM generate_series(0, ${GOODS - 1}) n
      UNION ALL SELECT 'song-' || n, 'The song-' || n, 'DIGITAL', ${at}, ${at} FROM generate_series(0, ${SONGS - 1}) n`,
    `INSERT INTO prices (sku, currency, amount, stripe_price_id, created_at)
       SELECT sku, 'eur', ${PRICE}, 'price_${PRICE}_' || sku, ${at} FROM products`,
    `INSERT INTO stock_levels (sku) SELECT sku FROM products WHERE kind = 'PHYSICAL'`,
    `INSERT INTO reconciliations (id, trigger, status, started_at, finished_at, checked)
      SELECT md5('sweep' || n)::uuid, 'schedule', 'COMPLETED', s, s, 1
      FROM (SELECT n, ${at} - n * interval '5 minutes' AS s FROM generate_series(1, 30 * 288) n) swept`,
    `INSERT INTO sweep_marks (name, at) VALUES ('last', ${at} - interval '5 minutes'), ('last-wide', ${at} - interval '30 minutes'),
      ('attempts-forgotten', ${at} - interval '25 hours 10 minutes')`,
    `INSERT INTO rate_limits (key, hits, reset_at) SELECT 'bench/' || n, 1, ${at} FROM generate_series(1, 100) n`,
  ];
};
