-- What a sweep asked Stripe for because no balance transaction was listed, so that it asks again until there is one.
CREATE TABLE "ledger_lookups" (
    "reference" TEXT NOT NULL,
    "late" BOOLEAN NOT NULL,
    "first_asked_at" TIMESTAMPTZ(3) NOT NULL,
    "asked_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "ledger_lookups_pkey" PRIMARY KEY ("reference")
);
