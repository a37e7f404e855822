-- What a product weighs, and how it is taxed. Null: not said.
CREATE TYPE "TaxBehavior" AS ENUM ('inclusive', 'exclusive');
ALTER TABLE "products"
  ADD COLUMN "weight" INTEGER,
  ADD COLUMN "tax_code" TEXT,
  ADD COLUMN "tax_behavior" "TaxBehavior";
