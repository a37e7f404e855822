-- Below how many units on hand staff want to hear of a product, and since when it is below, once they have been told.
CREATE TABLE "stock_warnings" (
    "sku" TEXT NOT NULL,
    "below" INTEGER NOT NULL,
    "told_at" TIMESTAMPTZ(3),

    CONSTRAINT "stock_warnings_pkey" PRIMARY KEY ("sku"),
    CONSTRAINT stock_warnings_below_positive CHECK (below > 0)
);
ALTER TABLE "stock_warnings" ADD CONSTRAINT "stock_warnings_sku_fkey"
  FOREIGN KEY ("sku") REFERENCES "stock_levels"("sku") ON DELETE CASCADE ON UPDATE CASCADE;
