-- An order says itself whether its customer has withdrawn, so that an index finds those orders.
ALTER TABLE orders ADD COLUMN withdrawn BOOLEAN NOT NULL DEFAULT false;

CREATE FUNCTION flag_withdrawn() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  UPDATE orders SET withdrawn = true WHERE session_id = NEW.session_id AND NOT withdrawn;
  RETURN NULL;
END $$;
CREATE TRIGGER withdrawals_flag_order AFTER INSERT ON withdrawals FOR EACH ROW EXECUTE FUNCTION flag_withdrawn();
