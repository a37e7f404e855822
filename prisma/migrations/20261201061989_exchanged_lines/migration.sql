-- What of a line was sent again, what it is sent instead of, and what is sent instead of it.
CREATE FUNCTION replaced_units(p_session text, p_sku text) RETURNS jsonb LANGUAGE sql STABLE AS $$
  WITH units AS (
    SELECT unit->>'sku' AS sku, unit->>'with' AS other, (unit->>'quantity')::int AS quantity
    FROM replacements r CROSS JOIN jsonb_array_elements(r.items) unit WHERE r.session_id = p_session)
  SELECT jsonb_build_object(
    'sentAgain', (SELECT coalesce(sum(quantity), 0) FROM units WHERE sku = p_sku AND other IS NULL),
    'insteadOf', (SELECT coalesce(jsonb_agg(jsonb_build_object('sku', sku, 'quantity', quantity) ORDER BY sku), '[]')
      FROM (SELECT sku, sum(quantity) AS quantity FROM units WHERE other = p_sku GROUP BY sku) from_others),
    'exchangedFor', (SELECT coalesce(jsonb_agg(DISTINCT other), '[]') FROM units WHERE sku = p_sku AND other IS NOT NULL))
$$;

-- As before, with what replacements did to each line, of an order that has some.
CREATE OR REPLACE FUNCTION lines_of(p_session text) RETURNS jsonb LANGUAGE sql STABLE AS $$
  SELECT coalesce(jsonb_agg(jsonb_build_object('sku', i.sku, 'kind', i.kind, 'quantity', i.quantity, 'shipped', i.shipped,
      'restocked', i.restocked, 'returned', i.returned, 'replaced', i.replaced, 'undone', i.undone)
      || CASE WHEN i.total = 0 THEN jsonb_build_object('free', true) ELSE '{}' END
      || CASE WHEN i.returned = 0 THEN '{}' ELSE jsonb_build_object('refunded', refunded_units(i.session_id, i.sku)) END
      || CASE WHEN EXISTS (SELECT 1 FROM replacements r WHERE r.session_id = p_session)
         THEN replaced_units(i.session_id, i.sku) ELSE '{}' END
    ORDER BY i.position), '[]')
  FROM order_items i WHERE i.session_id = p_session
$$;
