-- The event of goods that came back.
CREATE FUNCTION add_event_of_return() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM add_event(NEW.session_id, 'order.returned', NEW.id::text, NEW.at);
  RETURN NULL;
END $$;
CREATE TRIGGER returns_add_event AFTER INSERT ON returns FOR EACH ROW EXECUTE FUNCTION add_event_of_return();
