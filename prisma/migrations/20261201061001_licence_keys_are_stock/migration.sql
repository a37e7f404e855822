-- What is on hand of a product with licence keys are its keys: whatever else counts it, or puts it back, is refused.
-- The movements of the good path are not looked at: issuing a key raises where there is none.
CREATE FUNCTION match_licence_keys() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (SELECT 1 FROM products p JOIN stock_levels s USING (sku)
             WHERE p.sku = NEW.sku AND p.kind = 'DIGITAL' AND s.on_hand <> licence_keys_left(p.sku)) THEN
    RAISE EXCEPTION 'the stock of % is its licence keys', NEW.sku USING ERRCODE = 'check_violation';
  END IF;
  RETURN NULL;
END $$;
-- By its name it comes after the trigger that applies the movement.
CREATE TRIGGER stock_movements_match_keys AFTER INSERT ON stock_movements FOR EACH ROW
  WHEN (NEW.kind IN ('ADJUST', 'RESTOCK', 'RETURN')) EXECUTE FUNCTION match_licence_keys();
