-- The event of a parcel that has left.
CREATE FUNCTION add_event_of_parcel() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM add_event(NEW.session_id, 'order.shipped', NEW.id::text, NEW.shipped_at);
  RETURN NULL;
END $$;
CREATE TRIGGER shipments_add_event AFTER INSERT ON shipments FOR EACH ROW EXECUTE FUNCTION add_event_of_parcel();
