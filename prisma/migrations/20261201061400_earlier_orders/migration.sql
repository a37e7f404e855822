-- Visa's compelling evidence 3.0: two earlier orders of the customer go with the evidence of a dispute. What is
-- submitted about them is personal data, so it is erased with the customer of any of the three orders.
ALTER TABLE disputes ADD COLUMN earlier_orders JSONB, ADD COLUMN visa_evidence TEXT;

CREATE OR REPLACE FUNCTION erase_evidence() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  UPDATE disputes SET evidence = NULL, earlier_orders = NULL
    WHERE session_id = NEW.session_id AND (evidence IS NOT NULL OR earlier_orders IS NOT NULL);
  UPDATE disputes SET earlier_orders = NULL
    WHERE earlier_orders @> jsonb_build_object('orders',
      jsonb_build_array(jsonb_build_object('sessionId', NEW.session_id)));
  RETURN NULL;
END $$;
