-- Whose a session is, and what an unpaid order tells of its payment.

-- What tells this installation's sessions from those of others on the same Stripe account, unless INSTALLATION_ID
-- says it. Made once, here; the one row is never written again.
CREATE TABLE "installation" (
    "only" BOOLEAN NOT NULL DEFAULT true,
    "id" TEXT NOT NULL,

    CONSTRAINT "installation_pkey" PRIMARY KEY ("only")
);
ALTER TABLE "installation" ADD CONSTRAINT installation_only CHECK ("only") NOT VALID;
INSERT INTO "installation" ("id") VALUES ('hf_' || replace(gen_random_uuid()::text, '-', ''));

-- A session of another installation on the same account.
ALTER TYPE "StrayKind" ADD VALUE 'OTHER_INSTALLATION';

ALTER TABLE "orders"
  -- How to pay a voucher or a transfer: { url, reference, expiresAt }.
  ADD COLUMN "voucher" JSONB,
  -- Until when a payment that was only authorised can be captured.
  ADD COLUMN "capture_before" TIMESTAMPTZ(3);
