-- no transaction
-- Its place is taken by the index of price ids by currency.
DROP INDEX CONCURRENTLY IF EXISTS "prices_stripe_price_id_key";
