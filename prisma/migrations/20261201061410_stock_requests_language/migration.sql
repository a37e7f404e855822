-- In which language somebody hears that a product is back.
ALTER TABLE "stock_requests" ADD COLUMN "language" TEXT NOT NULL DEFAULT 'en';
