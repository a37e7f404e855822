ALTER TABLE "product_files" VALIDATE CONSTRAINT product_files_whole;
