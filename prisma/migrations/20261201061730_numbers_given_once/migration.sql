-- The next order number that no checkout has. After a restore from a backup the sequence stands where it stood then,
-- and orders that are taken up from Stripe keep the numbers that their customers know.
CREATE FUNCTION next_order_number() RETURNS text LANGUAGE plpgsql AS $$
DECLARE
  next_number text;
BEGIN
  LOOP
    next_number := nextval('order_number_seq');
    EXIT WHEN NOT EXISTS (SELECT 1 FROM checkouts WHERE number = next_number);
  END LOOP;
  RETURN next_number;
END $$;

-- As it was, but for the number.
-- Writes a checkout down under the next order number, which also goes into the request at `p_number_paths` (dotted).
-- Where a client may have only so many unpaid checkouts (`p_open_limit` above 0), its checkouts queue for its lock,
-- so that several at once cannot all be the last. An Idempotency-Key that is claimed until `p_key_busy_until` learns
-- of the checkout in the same transaction. Answers { checkout } or, where the client has too many, { open, until }.
CREATE OR REPLACE FUNCTION write_checkout(p_id uuid, p_currency text, p_subtotal bigint, p_lines jsonb, p_request jsonb, p_number_paths text[],
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
  next_number := next_order_number();
  FOREACH number_path IN ARRAY p_number_paths LOOP
    p_request := jsonb_set(p_request, string_to_array(number_path, '.'), to_jsonb(next_number));
  END LOOP;
  INSERT INTO checkouts (id, number, origin, currency, subtotal, lines, request, stripe_key, hold_until, client_hash, recovers, created_at)
    VALUES (p_id, next_number, 'CHECKOUT', p_currency, p_subtotal, p_lines, p_request, 'checkout/' || p_id, p_hold_until, p_client, p_recovers, p_at)
    RETURNING * INTO written;
  UPDATE checkout_keys SET checkout_id = p_id WHERE key_hash = p_key AND busy_until = p_key_busy_until;
  RETURN jsonb_build_object('checkout', to_jsonb(written));
END $$;
