-- no transaction
-- Staff look for the order of a charge, as Stripe's Dashboard and banks name it.
CREATE INDEX CONCURRENTLY IF NOT EXISTS orders_by_charge ON orders (charge_id) WHERE charge_id IS NOT NULL;
