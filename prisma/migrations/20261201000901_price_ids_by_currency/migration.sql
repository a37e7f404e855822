-- no transaction
-- A price at Stripe may have an amount in each of several currencies.
CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS "prices_stripe_price_id_currency_key" ON "prices"("stripe_price_id", "currency");
