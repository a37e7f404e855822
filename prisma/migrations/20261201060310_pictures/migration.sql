-- Several pictures of a product, on the web or uploaded.
ALTER TABLE "products" ADD COLUMN "images" JSONB NOT NULL DEFAULT '[]';

CREATE TABLE "pictures" (
    "id" TEXT NOT NULL,
    "content_type" TEXT NOT NULL,
    "bytes" BYTEA NOT NULL,
    "uploaded_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "pictures_pkey" PRIMARY KEY ("id")
);
-- Pictures are compressed already.
ALTER TABLE "pictures" ALTER COLUMN "bytes" SET STORAGE EXTERNAL;
