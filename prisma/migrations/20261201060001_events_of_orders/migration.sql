-- The events of an order's own row: its status, and a call for staff. An order that leaves REFUNDED gets back what it
-- was, which is no event of its own: the failed refund or the dispute is.
CREATE FUNCTION add_events_of_order() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF OLD.status = 'PENDING' AND NEW.status IN ('PAID', 'PREPARING', 'COMPLETED') THEN
    PERFORM add_event(NEW.session_id, 'order.paid', NULL, NEW.updated_at);
  END IF;
  IF NEW.status <> OLD.status AND OLD.status <> 'REFUNDED' THEN
    CASE NEW.status
      WHEN 'COMPLETED' THEN PERFORM add_event(NEW.session_id, 'order.completed', NULL, NEW.updated_at);
      WHEN 'EXPIRED' THEN PERFORM add_event(NEW.session_id, 'order.expired', NULL, NEW.updated_at);
      WHEN 'CANCELLED' THEN PERFORM add_event(NEW.session_id, 'order.cancelled', NULL, NEW.updated_at);
      ELSE NULL;
    END CASE;
    -- The bank gave the money back, so there is no refund that says so.
    IF NEW.status = 'REFUNDED' AND NEW.status_before_loss IS DISTINCT FROM OLD.status_before_loss THEN
      PERFORM add_event(NEW.session_id, 'order.refunded', NULL, NEW.updated_at);
    END IF;
  END IF;
  IF NEW.attention_step IS NOT NULL AND NEW.attention_step IS DISTINCT FROM OLD.attention_step THEN
    PERFORM add_event(NEW.session_id, 'order.attention_needed', NEW.attention_step, NEW.updated_at);
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER orders_add_events AFTER UPDATE ON orders FOR EACH ROW
  WHEN (NEW.status <> OLD.status OR NEW.attention_step IS DISTINCT FROM OLD.attention_step) EXECUTE FUNCTION add_events_of_order();
