-- The currency in which Stripe opens no checkout. The alarm ends once one in that currency opens.
ALTER TABLE "account_alarms" ADD COLUMN "currency" TEXT;
