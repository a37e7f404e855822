-- The bytes of a product's file are in this database, or in S3-compatible storage under the file's id.
CREATE TYPE "FileStore" AS ENUM ('DATABASE', 'S3');

ALTER TABLE "product_files"
  ADD COLUMN "store" "FileStore" NOT NULL DEFAULT 'DATABASE',
  ADD COLUMN "etag" TEXT;

-- A product never has a file whose bytes could be anything.
ALTER TABLE "product_files" ADD CONSTRAINT product_files_whole
  CHECK ((store = 'S3') = (etag IS NOT NULL) OR (store = 'S3' AND sku IS NULL)) NOT VALID;
