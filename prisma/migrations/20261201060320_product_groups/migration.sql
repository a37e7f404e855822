-- Products that differ in their options are one group.
ALTER TABLE "products"
  ADD COLUMN "group_id" TEXT,
  ADD COLUMN "group_name" TEXT,
  ADD COLUMN "options" JSONB;
ALTER TABLE "products" ADD CONSTRAINT products_group_whole
  CHECK ((group_id IS NULL) = (group_name IS NULL) AND (group_id IS NULL) = (options IS NULL)) NOT VALID;
