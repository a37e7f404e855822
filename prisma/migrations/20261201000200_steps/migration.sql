-- The steps of the good path, one function each: a step is one round trip, one transaction, safe to repeat. They lock
-- an order's row before they change anything of it, and the rows of stock last, so that the goods many shoppers want
-- are locked for as short as can be.

-- They may name columns that a later migration adds: what they say is checked where they are first called.
SET check_function_bodies = off;

-- --- Checkouts -----------------------------------------------------------------------------------------------------

-- Writes a checkout down under the next order number, which also goes into the request at `p_number_paths` (dotted).
-- Where a client may have only so many unpaid checkouts (`p_open_limit` above 0), its checkouts queue for its lock,
-- so that several at once cannot all be the last. An Idempotency-Key that is claimed until `p_key_busy_until` learns
-- of the checkout in the same transaction. Answers { checkout } or, where the client has too many, { open, until }.
CREATE FUNCTION write_checkout(p_id uuid, p_currency text, p_subtotal bigint, p_lines jsonb, p_request jsonb, p_number_paths text[],
                               p_hold_until timestamptz, p_client text, p_recovers text, p_key text, p_key_busy_until timestamptz,
                               p_open_limit int, p_at timestamptz) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
  open_now int;
  first_ends timestamptz;
  next_number text;
  number_path text;
  written checkouts;
BEGIN
  IF p_open_limit > 0 THEN
    PERFORM pg_advisory_xact_lock(hashtextextended(p_client, 0));
    -- What the client holds stock with: unpaid orders, those whose payment is still processing among them, and
    -- checkouts just being opened, which are answered within 10 s or never. A payment may process for weeks, and
    -- nobody knows when it ends: its client is asked to come back in an hour.
    SELECT count(*), min(CASE o.payment_status WHEN 'PROCESSING' THEN p_at + interval '1 hour' ELSE c.hold_until END)
      INTO open_now, first_ends
      FROM checkouts c LEFT JOIN orders o ON o.session_id = c.session_id
      WHERE c.client_hash = p_client AND c.created_at > p_at - interval '60 days' AND c.failed_at IS NULL
        AND ((o.session_id IS NULL AND c.created_at > p_at - interval '15 seconds')
          OR (o.status = 'PENDING' AND o.payment_status IN ('UNPAID', 'PROCESSING') AND o.stock = 'HELD'));
    IF open_now >= p_open_limit THEN RETURN jsonb_build_object('open', open_now, 'until', first_ends); END IF;
  END IF;
  next_number := nextval('order_number_seq');
  FOREACH number_path IN ARRAY p_number_paths LOOP
    p_request := jsonb_set(p_request, string_to_array(number_path, '.'), to_jsonb(next_number));
  END LOOP;
  INSERT INTO checkouts (id, number, origin, currency, subtotal, lines, request, stripe_key, hold_until, client_hash, recovers, created_at)
    VALUES (p_id, next_number, 'CHECKOUT', p_currency, p_subtotal, p_lines, p_request, 'checkout/' || p_id, p_hold_until, p_client, p_recovers, p_at)
    RETURNING * INTO written;
  UPDATE checkout_keys SET checkout_id = p_id WHERE key_hash = p_key AND busy_until = p_key_busy_until;
  RETURN jsonb_build_object('checkout', to_jsonb(written));
END $$;

-- --- Opening an order ----------------------------------------------------------------------------------------------

-- Keeps who bought and where it goes. What is null stays as it was known, what staff have corrected stands, and an
-- erased customer stays erased.
CREATE FUNCTION keep_customer(p_session text, p_email text, p_name text, p_user_id text, p_address jsonb) RETURNS void LANGUAGE sql AS $$
  INSERT INTO customers AS c (session_id, email, name, user_id, address) VALUES (p_session, p_email, p_name, p_user_id, p_address)
  ON CONFLICT (session_id) DO UPDATE SET
    email = CASE WHEN c.email_by_staff THEN c.email ELSE coalesce(excluded.email, c.email) END,
    name = coalesce(excluded.name, c.name),
    user_id = coalesce(excluded.user_id, c.user_id),
    address = CASE WHEN c.address_by_staff THEN c.address ELSE coalesce(excluded.address, c.address) END
  WHERE c.erased_at IS NULL
$$;

-- Whether banks took for good all of an order's money that was not refunded: nothing is left to give back. (Not in
-- SQL, which would be checked before the migration that adds the column.)
CREATE FUNCTION is_all_lost(p_session text) RETURNS boolean LANGUAGE plpgsql STABLE AS $$
BEGIN
  RETURN (SELECT lost_amount > 0 AND refunded + lost_amount >= total FROM orders WHERE session_id = p_session);
END $$;

-- Why a customer is not reached, for staff, and since when: { reason, since } of the last mail to them that was given
-- up, until another one has reached them. Null where they are reached, or erased.
CREATE FUNCTION unreached_customer(p_session text) RETURNS jsonb LANGUAGE sql STABLE AS $$
  SELECT jsonb_build_object('reason', t.message || '. Correct the address, then have it sent again', 'since', t.at)
  FROM mails m JOIN timeline t ON t.session_id = m.session_id AND t.key = 'mail/' || m.key || '/given-up'
  WHERE m.session_id = p_session AND m.audience = 'CUSTOMER' AND m.status = 'GIVEN_UP' AND m.recipient <> ''
    AND NOT EXISTS (SELECT 1 FROM mails s WHERE s.session_id = p_session AND s.audience = 'CUSTOMER' AND s.status = 'SENT' AND s.sent_at > t.at)
  ORDER BY t.at DESC LIMIT 1
$$;

-- What the workflow of an order knows of it: codes, amounts and times, nothing personal. Null when there is no order.
-- Written in PL/pgSQL, whose body is checked when it runs: it reads columns that later migrations add.
CREATE FUNCTION order_snapshot(p_session text) RETURNS jsonb LANGUAGE plpgsql STABLE AS $$
BEGIN
  RETURN (SELECT jsonb_build_object(
    'number', o.number, 'status', o.status, 'stock', o.stock, 'total', o.total, 'currency', o.currency, 'holdUntil', o.hold_until,
    'disputed', o.disputed, 'reviewOpen', o.review_open, 'fraudWarning', o.fraud_warning,
    'lost', is_all_lost(o.session_id),
    'cancelRequested', CASE WHEN o.cancel_refusal IS NULL THEN o.cancel_reason END, 'shippedAt', o.shipped_at,
    'cancelRefused', o.cancel_refusal IS NOT NULL,
    'refundRefused', o.refunded + o.lost_amount < o.total AND EXISTS (
      SELECT 1 FROM refunds r WHERE r.session_id = o.session_id AND r.status = 'refused' AND r.refused_at IS NOT NULL),
    'attentionStep', o.attention_step, 'attentionReason', o.attention_reason, 'unreached', unreached_customer(o.session_id)->>'reason',
    'abandoned', o.status = 'PENDING' AND EXISTS (SELECT 1 FROM timeline t WHERE t.session_id = o.session_id AND t.key = 'left'),
    'items', (SELECT coalesce(jsonb_agg(jsonb_build_object('sku', i.sku, 'kind', i.kind, 'shipped', i.shipped) ORDER BY i.position), '[]')
              FROM order_items i WHERE i.session_id = o.session_id))
  FROM orders o WHERE o.session_id = p_session);
END $$;

-- The physical lines of an order, [{ sku, quantity }], as the stock functions take them.
CREATE FUNCTION stock_lines(p_session text) RETURNS jsonb LANGUAGE sql STABLE AS $$
  SELECT coalesce(jsonb_agg(jsonb_build_object('sku', sku, 'quantity', quantity)), '[]')
  FROM order_items WHERE session_id = p_session AND kind = 'PHYSICAL'
$$;

-- Writes the order of a checkout, with its items at the prices asked, and holds all of its stock or none of it. With
-- `p_hold` false (the shopper has gone) nothing is held. A known order is answered as it stands. Null: there is no
-- checkout of this session. Answers { fresh, order, missing }.
CREATE FUNCTION open_order(p_session text, p_hold boolean, p_at timestamptz) RETURNS jsonb LANGUAGE plpgsql AS $$
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
    INSERT INTO orders (session_id, number, status, payment_status, stock, origin, currency, subtotal, total, hold_until, locale, created_at, updated_at)
      VALUES (p_session, checkout.number, 'PENDING', 'UNPAID', stock_now, checkout.origin, checkout.currency, checkout.subtotal, checkout.subtotal,
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
    SELECT p_session, line->>'sku', place - 1, line->>'name', (line->>'kind')::"ProductKind", (line->>'quantity')::int,
           (line->>'unitAmount')::bigint, (line->>'total')::bigint
    FROM jsonb_array_elements(checkout.lines) WITH ORDINALITY AS lines(line, place);
  email := nullif(lower(checkout.request->>'customer_email'), '');
  user_id := nullif(checkout.request#>>'{metadata,userId}', '');
  IF email IS NOT NULL OR user_id IS NOT NULL THEN PERFORM keep_customer(p_session, email, NULL, user_id, NULL); END IF;
  INSERT INTO timeline (session_id, at, type, message, actor, key)
    VALUES (p_session, p_at, 'opened', CASE checkout.origin WHEN 'CHECKOUT' THEN 'Opened by checkout' ELSE 'Opened by a session made elsewhere' END,
            'shopper', 'opened');
  IF p_hold THEN
    missing := hold_stock(p_session, stock_lines(p_session), checkout.hold_until, p_at);
    IF missing <> '[]' THEN UPDATE orders SET stock = 'SOLD_OUT' WHERE session_id = p_session; END IF;
  END IF;
  RETURN jsonb_build_object('fresh', true, 'order', order_snapshot(p_session), 'missing', missing);
END $$;

-- --- Confirming a payment ------------------------------------------------------------------------------------------

-- Writes to an order what Stripe says of its payment, who bought, and what the shopper chose to pay. `p_outcome` is
-- `paid`, `free`, `processing` or `failed`; how an order ends whose payment failed is its workflow's to write. Safe
-- to repeat: the first time counts. `p_payment` has the names of the columns' fields in the client, `p_chosen` is [{
-- sku, unitAmount, total }], `p_customer` { email, name, userId, address }. Answers since when the payment is
-- processing (null where it never was) as { processingSince }. Null: there is no order.
CREATE FUNCTION confirm_payment(p_session text, p_outcome text, p_payment jsonb, p_chosen jsonb, p_customer jsonb, p_at timestamptz)
RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
  since timestamptz;
BEGIN
  PERFORM 1 FROM orders WHERE session_id = p_session FOR UPDATE;
  IF NOT FOUND THEN RETURN NULL; END IF;
  PERFORM keep_customer(p_session, p_customer->>'email', p_customer->>'name', p_customer->>'userId', nullif(p_customer->'address', 'null'));
  UPDATE order_items i SET unit_amount = chosen."unitAmount", total = chosen.total
    FROM jsonb_to_recordset(p_chosen) AS chosen(sku text, "unitAmount" bigint, total bigint)
    WHERE i.session_id = p_session AND i.sku = chosen.sku;
  UPDATE orders o SET
      total = p.total, discount = p.discount, shipping = p.shipping, tax = p.tax, tax_included = p."taxIncluded",
      presentment_amount = p."presentmentAmount", presentment_currency = p."presentmentCurrency",
      payment_intent_id = p."paymentIntentId", charge_id = p."chargeId",
      payment_status = CASE
        WHEN p_outcome = 'paid' AND o.paid_at IS NULL THEN 'PAID'
        WHEN p_outcome = 'free' AND o.paid_at IS NULL THEN 'NO_PAYMENT_REQUIRED'
        WHEN p_outcome = 'processing' AND o.payment_status = 'UNPAID' AND o.status = 'PENDING' THEN 'PROCESSING'
        ELSE o.payment_status END,
      paid_at = CASE WHEN p_outcome IN ('paid', 'free') THEN coalesce(o.paid_at, p_at) ELSE o.paid_at END,
      processing_since = CASE WHEN p_outcome = 'processing' THEN coalesce(o.processing_since, p_at) ELSE o.processing_since END,
      voucher = CASE WHEN p_outcome = 'processing' THEN nullif(p.voucher, 'null') END,
      capture_before = CASE WHEN p_outcome = 'processing' THEN p."captureBefore" END,
      updated_at = p_at
    FROM jsonb_to_record(p_payment) AS p(total bigint, discount bigint, shipping bigint, tax bigint, "taxIncluded" bigint,
      "presentmentAmount" bigint, "presentmentCurrency" text, "paymentIntentId" text, "chargeId" text, voucher jsonb,
      "captureBefore" timestamptz)
    WHERE o.session_id = p_session
    RETURNING o.processing_since INTO since;
  IF p_outcome <> 'failed' THEN
    INSERT INTO timeline (session_id, at, type, message, actor, key)
      SELECT p_session, p_at, e.type, e.message, 'stripe', e.type
      FROM (VALUES ('paid', 'paid', 'Paid'), ('free', 'paid', 'Nothing to pay'), ('processing', 'processing', 'The payment is on its way'))
        AS e(outcome, type, message)
      WHERE e.outcome = p_outcome
      ON CONFLICT (session_id, key) DO NOTHING;
  END IF;
  RETURN jsonb_build_object('processingSince', since);
END $$;

-- Keeps of a session that ended unpaid where its shopper can be written to, and whether a card was declined. False:
-- there is no order.
CREATE FUNCTION keep_unpaid(p_session text, p_email text, p_declined boolean, p_at timestamptz) RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
  PERFORM 1 FROM orders WHERE session_id = p_session FOR UPDATE;
  IF NOT FOUND THEN RETURN false; END IF;
  PERFORM keep_customer(p_session, p_email, NULL, NULL, NULL);
  UPDATE orders SET declined = true, updated_at = p_at WHERE session_id = p_session AND p_declined AND NOT declined;
  RETURN true;
END $$;

-- --- Committing ----------------------------------------------------------------------------------------------------

-- Turns the hold of a paid order into a sale (or takes its stock again where the hold is gone), grants its downloads,
-- and moves it to where it rests: `COMPLETED` when all of it is digital, else `PREPARING`. Where stock is missing
-- nothing is changed. An order that is no longer `PENDING`, or that staff want cancelled, is answered as it stands.
-- Answers { status, missing }.
-- Null: there is no order.
CREATE FUNCTION commit_order(p_session text, p_downloads int, p_downloads_until timestamptz, p_at timestamptz) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
  current_status "OrderStatus";
  cancelling boolean;
  lines jsonb;
  is_sure boolean;
  missing jsonb := '[]';
BEGIN
  SELECT status, cancel_requested_at IS NOT NULL AND cancel_refusal IS NULL INTO current_status, cancelling
    FROM orders WHERE session_id = p_session FOR UPDATE;
  IF NOT FOUND THEN RETURN NULL; END IF;
  IF current_status <> 'PENDING' OR cancelling THEN RETURN jsonb_build_object('status', current_status, 'missing', missing); END IF;

  lines := stock_lines(p_session);
  -- What is held cannot be missing, so the rows of stock are locked last; without a hold the stock decides first.
  is_sure := lines = '[]' OR EXISTS (SELECT 1 FROM holds WHERE session_id = p_session AND state IN ('ACTIVE', 'COMMITTED'));
  IF NOT is_sure THEN
    missing := commit_stock(p_session, lines, p_at);
    IF missing <> '[]' THEN RETURN jsonb_build_object('status', current_status, 'missing', missing); END IF;
  END IF;

  INSERT INTO download_grants (id, session_id, sku, allowed, expires_at)
    SELECT gen_random_uuid(), p_session, sku, p_downloads, p_downloads_until FROM order_items WHERE session_id = p_session AND kind = 'DIGITAL'
    ON CONFLICT (session_id, sku) DO NOTHING;
  current_status := CASE WHEN lines = '[]' THEN 'COMPLETED' ELSE 'PREPARING' END;
  UPDATE orders SET status = current_status, stock = 'COMMITTED', updated_at = p_at WHERE session_id = p_session;
  INSERT INTO timeline (session_id, at, type, message, actor, key)
    VALUES (p_session, p_at, 'committed',
            CASE WHEN lines = '[]' THEN 'Delivered: the downloads are granted' ELSE 'Stock sold to this order; waiting to be shipped' END,
            'holdfast', 'committed')
    ON CONFLICT (session_id, key) DO NOTHING;
  IF is_sure AND lines <> '[]' THEN PERFORM commit_stock(p_session, lines, p_at); END IF;
  RETURN jsonb_build_object('status', current_status, 'missing', missing);
END $$;

-- --- The mails of a turn -------------------------------------------------------------------------------------------

-- An order with all that a mail may tell of it. Null when there is none.
CREATE FUNCTION order_for_mail(p_session text) RETURNS jsonb LANGUAGE sql STABLE AS $$
  SELECT jsonb_build_object(
    'sessionId', o.session_id, 'number', o.number, 'status', o.status, 'paymentStatus', o.payment_status, 'currency', o.currency,
    'locale', o.locale, 'discount', o.discount, 'shipping', o.shipping, 'tax', o.tax, 'taxIncluded', o.tax_included, 'total', o.total,
    'refunded', o.refunded, 'declined', o.declined, 'recoverableUntil', o.recoverable_until, 'voucher', o.voucher,
    'captureBefore', o.capture_before,
    'attention', CASE WHEN o.attention_step IS NOT NULL
      THEN jsonb_build_object('step', o.attention_step, 'reason', o.attention_reason, 'since', o.attention_since) END,
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
        -- By name, for the column comes with a later migration than this function.
        'currency', d.currency, 'dueBy', d.due_by, 'answerable', to_jsonb(d)->'answerable', 'open', d.open, 'submitted', d.submitted_at IS NOT NULL)), '[]')
      FROM disputes d WHERE d.session_id = o.session_id))
  FROM orders o WHERE o.session_id = p_session
$$;

-- Writes the rows of mails ([{ key, template, audience, orderNumber, recipient, subject, html, text }]), each key
-- once, and what is not sent and why ([{ key, message }]) on the order's timeline. The customer is locked, so that no
-- erasing comes between: where they were erased since the mails were composed (`p_was_erased` false), nothing is
-- written and the answer is null. Else it is the rows of these keys as they stand.
CREATE FUNCTION write_mails(p_session text, p_mails jsonb, p_unsent jsonb, p_was_erased boolean, p_at timestamptz) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
  is_erased boolean;
BEGIN
  -- The order's row first, as everywhere: the timeline refers to it.
  PERFORM 1 FROM orders WHERE session_id = p_session FOR KEY SHARE;
  SELECT erased_at IS NOT NULL INTO is_erased FROM customers WHERE session_id = p_session FOR SHARE;
  IF is_erased AND NOT p_was_erased THEN RETURN NULL; END IF;
  INSERT INTO mails (key, template, audience, session_id, order_number, recipient, subject, html, text, status, created_at)
    SELECT key, template, audience, p_session, "orderNumber", recipient, subject, html, text, 'WRITTEN', p_at
    FROM jsonb_to_recordset(p_mails) AS m(key text, template text, audience "MailAudience", "orderNumber" text, recipient text, subject text, html text, text text)
    ON CONFLICT (key) DO NOTHING;
  INSERT INTO timeline (session_id, at, type, message, actor, key)
    SELECT p_session, p_at, 'mail', message, 'holdfast', key FROM jsonb_to_recordset(p_unsent) AS u(key text, message text)
    ON CONFLICT (session_id, key) DO NOTHING;
  RETURN (SELECT coalesce(jsonb_agg(to_jsonb(m)), '[]') FROM mails m WHERE m.key IN (SELECT w->>'key' FROM jsonb_array_elements(p_mails) w));
END $$;

-- Marks what was sent ([{ key, providerId, message }]) and notes why others were not taken ([{ key, error }]). Each
-- sent mail stands on the timeline once. One that reached the customer ends the call to staff that they could not be
-- reached. Answers how many are sent now.
CREATE FUNCTION mark_mails(p_session text, p_sent jsonb, p_failed jsonb, p_at timestamptz) RETURNS int LANGUAGE plpgsql AS $$
DECLARE
  newly_sent int;
BEGIN
  -- The order's row first, as everywhere: the timeline refers to it.
  PERFORM 1 FROM orders WHERE session_id = p_session FOR KEY SHARE;
  UPDATE orders SET attention_step = NULL, attention_reason = NULL, attention_since = NULL, updated_at = p_at
    WHERE session_id = p_session AND attention_step = 'contact'
      AND EXISTS (SELECT 1 FROM jsonb_to_recordset(p_sent) AS s(key text) JOIN mails m USING (key)
                  WHERE m.audience = 'CUSTOMER' AND m.status <> 'SENT');
  WITH marked AS (
    UPDATE mails m SET status = 'SENT', attempts = m.attempts + 1, provider_id = s."providerId", sent_at = p_at, last_error = NULL
      FROM jsonb_to_recordset(p_sent) AS s(key text, "providerId" text, message text)
      WHERE m.key = s.key AND m.status <> 'SENT'
      RETURNING m.key, s.message
  )
  INSERT INTO timeline (session_id, at, type, message, actor, key)
    SELECT p_session, p_at, 'mail', message, 'holdfast', 'mail/' || key FROM marked
    ON CONFLICT (session_id, key) DO NOTHING;
  GET DIAGNOSTICS newly_sent = ROW_COUNT;
  UPDATE mails m SET attempts = m.attempts + 1, last_error = f.error
    FROM jsonb_to_recordset(p_failed) AS f(key text, error text)
    WHERE m.key = f.key AND m.status = 'WRITTEN';
  RETURN newly_sent;
END $$;

RESET check_function_bodies;
