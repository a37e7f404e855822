-- Where the invoice is that Stripe made of an order: { id, url, pdf }. It names the customer, so it is kept with them.
ALTER TABLE "customers" ADD COLUMN "invoice" JSONB;
