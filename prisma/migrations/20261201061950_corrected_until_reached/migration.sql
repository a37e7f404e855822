-- As before, but a correction alone reaches nobody: it may be wrong again. A mail that came back counts until one has
-- reached the customer since, or, if it went to an earlier address, until one has ever reached the present one.
CREATE OR REPLACE FUNCTION unreached_customer(p_session text) RETURNS jsonb LANGUAGE sql STABLE AS $$
  SELECT jsonb_build_object('reason', t.message || CASE WHEN m.recipient IS DISTINCT FROM c.email
      THEN '. The address has been corrected since: have it sent again' ELSE '. Correct the address, then have it sent again' END,
    'since', t.at)
  FROM mails m JOIN timeline t ON t.session_id = m.session_id
    AND t.key = 'mail/' || m.key || CASE m.status WHEN 'GIVEN_UP' THEN '/given-up' ELSE '/' || m.outcome END
  LEFT JOIN customers c ON c.session_id = m.session_id
  WHERE m.session_id = p_session AND m.audience = 'CUSTOMER' AND m.recipient <> ''
    AND (m.status = 'GIVEN_UP' OR m.outcome IN ('UNDELIVERED', 'BOUNCED', 'COMPLAINED') AND m.template <> 'checkout_expired')
    AND NOT EXISTS (SELECT 1 FROM mails s WHERE s.session_id = p_session AND s.audience = 'CUSTOMER' AND has_reached(s)
      AND (s.sent_at > t.at OR m.status <> 'GIVEN_UP' AND s.recipient = c.email AND m.recipient <> c.email))
  ORDER BY t.at DESC LIMIT 1
$$;
