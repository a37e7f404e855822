-- What every checkout offers: one row, and none while everything is off.
CREATE TABLE "shop" (
    "only" BOOLEAN NOT NULL DEFAULT true,
    "settings" JSONB NOT NULL,
    "updated_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "shop_pkey" PRIMARY KEY ("only")
);
ALTER TABLE "shop" ADD CONSTRAINT shop_only CHECK ("only") NOT VALID;
