-- What a payment was made of and since when it is on its way, and whose word about a customer stands.

ALTER TABLE "orders"
  ADD COLUMN "processing_since" TIMESTAMPTZ(3),
  ADD COLUMN "declined" BOOLEAN NOT NULL DEFAULT false,
  ADD COLUMN "tax_included" BIGINT NOT NULL DEFAULT 0,
  ADD COLUMN "presentment_amount" BIGINT,
  ADD COLUMN "presentment_currency" TEXT;

ALTER TABLE "customers"
  ADD COLUMN "email_by_staff" BOOLEAN NOT NULL DEFAULT false,
  ADD COLUMN "address_by_staff" BOOLEAN NOT NULL DEFAULT false;

-- --- Laws ----------------------------------------------------------------------------------------------------------------------------

ALTER TABLE orders
  ADD CONSTRAINT orders_tax_included_bounds CHECK (0 <= tax_included AND tax_included <= tax),
  ADD CONSTRAINT orders_presentment_whole CHECK ((presentment_amount IS NULL) = (presentment_currency IS NULL));

-- Erased is erased: whoever writes to the customer later, nothing of them comes back.
ALTER TABLE customers ADD CONSTRAINT customers_stay_erased
  CHECK (erased_at IS NULL OR (email IS NULL AND name IS NULL AND address IS NULL AND user_id IS NULL));

CREATE FUNCTION keep_erased() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'the customer of % is erased for good', OLD.session_id USING ERRCODE = 'check_violation';
END $$;
CREATE TRIGGER customers_kept_erased BEFORE UPDATE ON customers
  FOR EACH ROW WHEN (OLD.erased_at IS NOT NULL AND NEW.erased_at IS NULL) EXECUTE FUNCTION keep_erased();
