ALTER TABLE "products" VALIDATE CONSTRAINT products_group_whole;
