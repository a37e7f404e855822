-- The events of a refund: it counts (domain/refund.ts, COUNTED), or the shop has its money back (REVERSED). A test
-- compares the lists.
CREATE FUNCTION add_events_of_refund() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  before text := CASE WHEN TG_OP = 'UPDATE' THEN OLD.status ELSE '' END;
  counted text[] := ARRAY['pending', 'requires_action', 'succeeded', 'settled_elsewhere'];
  reversed text[] := ARRAY['failed', 'canceled'];
BEGIN
  IF NEW.status = ANY(counted) AND NOT before = ANY(counted) THEN
    PERFORM add_event(NEW.session_id, 'order.refunded', NEW.key, NEW.updated_at);
  ELSIF NEW.status = ANY(reversed) AND NOT before = ANY(reversed) THEN
    PERFORM add_event(NEW.session_id, 'order.refund_failed', NEW.key, NEW.updated_at);
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER refunds_add_events AFTER INSERT OR UPDATE OF status ON refunds FOR EACH ROW EXECUTE FUNCTION add_events_of_refund();
