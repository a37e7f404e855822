-- As before; and a complaint about a mail that something is back in stock is none about purchases either: anybody can
-- have one sent to an address.
CREATE OR REPLACE FUNCTION address_returned(p_address text) RETURNS text LANGUAGE sql STABLE AS $$
  SELECT m.outcome::text FROM mails m
  WHERE m.recipient = p_address AND m.outcome IN ('BOUNCED', 'COMPLAINED') AND m.audience = 'CUSTOMER'
    AND NOT (m.outcome = 'COMPLAINED' AND m.template IN ('checkout_expired', 'back_in_stock'))
    AND NOT EXISTS (SELECT 1 FROM mails s WHERE s.recipient = p_address AND s.audience = 'CUSTOMER' AND has_reached(s)
      AND s.sent_at > m.outcome_at)
  ORDER BY m.outcome_at DESC LIMIT 1
$$;
