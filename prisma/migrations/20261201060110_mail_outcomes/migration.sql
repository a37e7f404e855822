-- What the mail provider reports of a mail that it had accepted (domain/mail-outcome.ts): the worst of it, when it was
-- reported, and the provider's code.
CREATE TYPE "MailOutcome" AS ENUM ('DELAYED', 'UNDELIVERED', 'BOUNCED', 'COMPLAINED');
ALTER TABLE "mails" ADD COLUMN "outcome" "MailOutcome", ADD COLUMN "outcome_at" TIMESTAMPTZ(3), ADD COLUMN "outcome_code" TEXT;

-- Whether a mail has reached its reader, as far as is known.
CREATE FUNCTION has_reached(m mails) RETURNS boolean LANGUAGE sql STABLE AS $$
  SELECT m.status = 'SENT' AND (m.outcome IS NULL OR m.outcome = 'DELAYED')
$$;

-- Why no mail goes to an address: what was reported of the last one to it, unless one has been sent since, on purpose.
-- A complaint about a mail about an expired checkout is none about purchases: its reader wants no more of those alone.
CREATE FUNCTION address_returned(p_address text) RETURNS text LANGUAGE sql STABLE AS $$
  SELECT m.outcome::text FROM mails m
  WHERE m.recipient = p_address AND m.outcome IN ('BOUNCED', 'COMPLAINED') AND m.audience = 'CUSTOMER'
    AND NOT (m.outcome = 'COMPLAINED' AND m.template = 'checkout_expired')
    AND NOT EXISTS (SELECT 1 FROM mails s WHERE s.recipient = p_address AND s.audience = 'CUSTOMER' AND has_reached(s)
      AND s.sent_at > m.outcome_at)
  ORDER BY m.outcome_at DESC LIMIT 1
$$;

-- As before, and also of mails that were sent and came back, where the address was not corrected since. An order about
-- which only a mail about its expired checkout came back needs nobody.
CREATE OR REPLACE FUNCTION unreached_customer(p_session text) RETURNS jsonb LANGUAGE sql STABLE AS $$
  SELECT jsonb_build_object('reason', t.message || '. Correct the address, then have it sent again', 'since', t.at)
  FROM mails m JOIN timeline t ON t.session_id = m.session_id
    AND t.key = 'mail/' || m.key || CASE m.status WHEN 'GIVEN_UP' THEN '/given-up' ELSE '/' || m.outcome END
  WHERE m.session_id = p_session AND m.audience = 'CUSTOMER' AND m.recipient <> ''
    AND (m.status = 'GIVEN_UP' OR m.outcome IN ('UNDELIVERED', 'BOUNCED', 'COMPLAINED') AND m.template <> 'checkout_expired'
      AND m.recipient = (SELECT email FROM customers WHERE session_id = p_session))
    AND NOT EXISTS (SELECT 1 FROM mails s WHERE s.session_id = p_session AND s.audience = 'CUSTOMER' AND has_reached(s)
      AND s.sent_at > t.at)
  ORDER BY t.at DESC LIMIT 1
$$;

-- As before, but a mail that came back before it was marked as sent has reached nobody.
CREATE OR REPLACE FUNCTION mark_mails(p_session text, p_sent jsonb, p_failed jsonb, p_at timestamptz) RETURNS int LANGUAGE plpgsql AS $$
DECLARE
  newly_sent int;
BEGIN
  -- The order's row first, as everywhere: the timeline refers to it.
  PERFORM 1 FROM orders WHERE session_id = p_session FOR KEY SHARE;
  UPDATE orders SET attention_step = NULL, attention_reason = NULL, attention_since = NULL, updated_at = p_at
    WHERE session_id = p_session AND attention_step = 'contact'
      AND EXISTS (SELECT 1 FROM jsonb_to_recordset(p_sent) AS s(key text) JOIN mails m USING (key)
                  WHERE m.audience = 'CUSTOMER' AND m.status <> 'SENT' AND (m.outcome IS NULL OR m.outcome = 'DELAYED'));
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
