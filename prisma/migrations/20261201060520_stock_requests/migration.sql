-- Who wants to hear when a product is available again. A row is removed as its mail is written.
CREATE TABLE "stock_requests" (
    "sku" TEXT NOT NULL,
    "email" TEXT NOT NULL,
    "requested_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "stock_requests_pkey" PRIMARY KEY ("sku","email")
);
ALTER TABLE "stock_requests" ADD CONSTRAINT "stock_requests_sku_fkey"
  FOREIGN KEY ("sku") REFERENCES "products"("sku") ON DELETE CASCADE ON UPDATE CASCADE;

CREATE INDEX "stock_requests_email_idx" ON "stock_requests"("email");
CREATE INDEX "stock_requests_requested_at_idx" ON "stock_requests"("requested_at");
