-- As before, and says by what the order was opened: a session may be taken up by an event of Stripe's, by the page of
-- the order that asks for it, or by Holdfast's own look at Stripe. The version before calls it without `p_by`.
DROP FUNCTION open_order(text, boolean, timestamptz);
CREATE FUNCTION open_order(p_session text, p_hold boolean, p_at timestamptz, p_by text DEFAULT NULL) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
  checkout checkouts;
  stock_now "StockState";
  fresh boolean := false;
  missing jsonb := '[]';
  email text;
  user_id text;
BEGIN
  SELECT stock INTO stock_now FROM orders WHERE session_id = p_session FOR UPDATE;
  IF NOT FOUND THEN
    SELECT * INTO checkout FROM checkouts WHERE session_id = p_session;
    IF NOT FOUND THEN RETURN NULL; END IF;
    stock_now := CASE WHEN p_hold THEN 'HELD' ELSE 'RELEASED' END;
    INSERT INTO orders (session_id, number, status, payment_status, stock, origin, currency, subtotal, total, bundles, hold_until, locale, created_at, updated_at)
      VALUES (p_session, checkout.number, 'PENDING', 'UNPAID', stock_now, checkout.origin, checkout.currency, checkout.subtotal, checkout.subtotal,
              (SELECT coalesce(jsonb_agg(jsonb_build_object('sku', line->'sku', 'name', line->'name', 'quantity', line->'quantity',
                  'contents', line->'contents') ORDER BY place), '[]')
                FROM jsonb_array_elements(checkout.lines) WITH ORDINALITY AS lines(line, place) WHERE line ? 'contents'),
              checkout.hold_until, checkout.request->>'locale', p_at, p_at)
      -- Of any unique index: of two at once, either the session or the number may collide first.
      ON CONFLICT DO NOTHING;
    fresh := FOUND;
    IF NOT fresh THEN
      -- Another run has opened it at the same moment, and has committed by now.
      SELECT stock INTO stock_now FROM orders WHERE session_id = p_session FOR UPDATE;
      IF NOT FOUND THEN
        RAISE EXCEPTION 'the number % belongs to another order', checkout.number USING ERRCODE = 'unique_violation';
      END IF;
    END IF;
  END IF;

  IF NOT fresh THEN
    IF stock_now = 'SOLD_OUT' THEN missing := lock_and_find_missing(stock_lines(p_session)); END IF;
    RETURN jsonb_build_object('fresh', false, 'order', order_snapshot(p_session), 'missing', missing);
  END IF;

  INSERT INTO order_items (session_id, sku, position, name, kind, quantity, unit_amount, total)
    SELECT p_session, sku, row_number() OVER (ORDER BY min(place)) - 1, (array_agg(name ORDER BY place))[1],
           (array_agg(kind ORDER BY place))[1]::"ProductKind", sum(quantity), div(sum(total), sum(quantity)), sum(total)
    FROM (SELECT ARRAY[lines.place, units.place] AS place, unit->>'sku' AS sku, unit->>'name' AS name, unit->>'kind' AS kind,
                 (unit->>'quantity')::int AS quantity, (unit->>'total')::bigint AS total
          FROM jsonb_array_elements(checkout.lines) WITH ORDINALITY AS lines(line, place),
               jsonb_array_elements(coalesce(line->'contents', jsonb_build_array(line))) WITH ORDINALITY AS units(unit, place)) sold
    GROUP BY sku;
  email := nullif(lower(checkout.request->>'customer_email'), '');
  user_id := nullif(checkout.request#>>'{metadata,userId}', '');
  IF email IS NOT NULL OR user_id IS NOT NULL THEN PERFORM keep_customer(p_session, email, NULL, user_id, NULL); END IF;
  INSERT INTO timeline (session_id, at, type, message, actor, key)
    VALUES (p_session, p_at, 'opened',
            CASE p_by WHEN 'event' THEN 'Opened by an event of Stripe' WHEN 'page' THEN 'Opened by the page of the order'
                      WHEN 'sweep' THEN 'Opened by Holdfast’s look at Stripe' ELSE 'Opened by checkout' END
            || CASE WHEN checkout.origin <> 'CHECKOUT' THEN ', for a session made elsewhere'
                    WHEN p_by IS NULL THEN '' ELSE ', because its checkout was cut short' END,
            CASE p_by WHEN 'event' THEN 'stripe' WHEN 'sweep' THEN 'holdfast' ELSE 'shopper' END, 'opened');
  IF p_hold THEN
    missing := hold_stock(p_session, stock_lines(p_session), checkout.hold_until, p_at);
    IF missing <> '[]' THEN UPDATE orders SET stock = 'SOLD_OUT' WHERE session_id = p_session; END IF;
  END IF;
  RETURN jsonb_build_object('fresh', true, 'order', order_snapshot(p_session), 'missing', missing);
END $$;
