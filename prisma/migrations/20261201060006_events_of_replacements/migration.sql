-- The event of goods that are to be sent again.
CREATE FUNCTION add_event_of_replacement() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM add_event(NEW.session_id, 'order.replaced', NEW.id::text, NEW.at);
  RETURN NULL;
END $$;
CREATE TRIGGER replacements_add_event AFTER INSERT ON replacements FOR EACH ROW EXECUTE FUNCTION add_event_of_replacement();
