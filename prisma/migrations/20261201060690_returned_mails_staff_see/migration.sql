-- As before, and of those that were sent also which did not reach their readers.
CREATE OR REPLACE FUNCTION latest_mails_of(p_session text) RETURNS jsonb LANGUAGE sql STABLE AS $$
  SELECT coalesce(jsonb_agg(jsonb_build_object('key', m.key, 'template', m.template,
    'at', CASE WHEN m.outcome <> 'DELAYED' THEN m.outcome_at ELSE coalesce(m.sent_at, m.created_at) END,
    'state', CASE WHEN m.status = 'GIVEN_UP' THEN 'given_up' WHEN m.outcome <> 'DELAYED' THEN 'returned'
      WHEN m.status = 'SENT' THEN 'sent' WHEN m.next_try_at IS NOT NULL THEN 'waiting' ELSE 'under_way' END)
    ORDER BY m.created_at, m.key), '[]')
  FROM (SELECT * FROM mails WHERE session_id = p_session ORDER BY created_at DESC, key LIMIT 20) m
$$;
