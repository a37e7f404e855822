-- The events of a dispute: it is opened (again), or decided. One that was lost may be won afterwards without being
-- opened again.
CREATE FUNCTION add_events_of_dispute() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  is_new boolean := TG_OP = 'INSERT';
BEGIN
  IF NEW.open AND (is_new OR NOT OLD.open) THEN
    PERFORM add_event(NEW.session_id, 'order.dispute_opened', NEW.id, NEW.updated_at);
  ELSIF NOT NEW.open AND (is_new OR OLD.open OR OLD.lost <> NEW.lost) THEN
    PERFORM add_event(NEW.session_id, 'order.dispute_closed', NEW.id, NEW.updated_at);
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER disputes_add_events AFTER INSERT OR UPDATE OF open, lost ON disputes FOR EACH ROW EXECUTE FUNCTION add_events_of_dispute();
