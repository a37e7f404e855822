-- The Stripe account and mode that this installation uses. A key of another one must not be believed when it says that
-- a session does not exist.
ALTER TABLE "installation"
  ADD COLUMN "stripe_account" TEXT,
  ADD COLUMN "stripe_live" BOOLEAN,
  -- Since when. Sessions made earlier may be of an account that was given up.
  ADD COLUMN "stripe_since" TIMESTAMPTZ(3);
