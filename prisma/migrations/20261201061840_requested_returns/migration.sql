-- An order says itself whether its customer waits for an answer to a request to return, so that an index finds those
-- orders. Triggers keep it, so it is right whichever version records the request or what answers it.
ALTER TABLE orders ADD COLUMN return_requested BOOLEAN NOT NULL DEFAULT false;

-- Whether something is awaited of a request, by the rule of domain/return-requests.ts. For each SKU: of what was asked
-- for up to some moment, less what came back since, something is left, and the customer has some of it. A request and a
-- return of the same moment: the return answers it. Nothing is awaited of a customer who is erased.
CREATE FUNCTION is_return_requested(p_session text) RETURNS boolean LANGUAGE sql STABLE AS $$
  SELECT EXISTS (
    SELECT 1 FROM (
      SELECT moved.sku, sum(moved.units) OVER (PARTITION BY moved.sku ORDER BY moved.at DESC, moved.units
          ROWS UNBOUNDED PRECEDING) AS unanswered
      FROM (
        SELECT l.sku, q.at, l.quantity AS units
        FROM return_requests q CROSS JOIN jsonb_to_recordset(q.items) AS l(sku text, quantity int)
        WHERE q.session_id = p_session AND q.declined_at IS NULL
        UNION ALL
        SELECT l.sku, r.at, -l.quantity
        FROM returns r CROSS JOIN jsonb_to_recordset(r.items) AS l(sku text, quantity int)
        WHERE r.session_id = p_session) moved) s
    JOIN order_items i ON i.session_id = p_session AND i.sku = s.sku
    WHERE s.unanswered > 0
      AND i.shipped - i.returned > greatest(0, i.restocked - (i.quantity + i.replaced - i.shipped)))
    AND NOT EXISTS (SELECT 1 FROM customers c WHERE c.session_id = p_session AND c.erased_at IS NOT NULL)
$$;

-- The writer has locked the order's row.
CREATE FUNCTION flag_return_requested() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  requested boolean := is_return_requested(NEW.session_id);
BEGIN
  UPDATE orders SET return_requested = requested WHERE session_id = NEW.session_id AND return_requested <> requested;
  RETURN NULL;
END $$;
-- Erasing a customer erases the words of their requests too, after the customer: that is the update that takes it off.
CREATE TRIGGER return_requests_flag_order AFTER INSERT OR UPDATE ON return_requests
  FOR EACH ROW EXECUTE FUNCTION flag_return_requested();
-- While nothing has come back, shipping more changes nothing about a request, so the good path has no part in this.
CREATE TRIGGER order_items_flag_order AFTER UPDATE OF shipped, restocked, returned, replaced ON order_items
  FOR EACH ROW WHEN (NEW.restocked + NEW.returned > 0 OR OLD.restocked + OLD.returned > 0)
  EXECUTE FUNCTION flag_return_requested();
