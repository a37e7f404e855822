-- Reads the orders beside their writers.
ALTER TABLE "orders" VALIDATE CONSTRAINT orders_shipping_hold_whole;
