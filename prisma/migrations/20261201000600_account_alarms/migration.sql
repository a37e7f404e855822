-- What stops many orders at once (a key, a permission, a quota, an outage), one row a cause.
CREATE TABLE "account_alarms" (
    "cause" TEXT NOT NULL,
    "subject" TEXT NOT NULL DEFAULT '',
    "since" TIMESTAMPTZ(3) NOT NULL,
    "last_seen_at" TIMESTAMPTZ(3) NOT NULL,
    "probed_at" TIMESTAMPTZ(3),
    "resolved_at" TIMESTAMPTZ(3),
    "mail_key" TEXT,

    CONSTRAINT "account_alarms_pkey" PRIMARY KEY ("cause","subject")
);

-- A mail that every mail's provider refuses waits here for its next try; null: its workflow sends it.
ALTER TABLE "mails" ADD COLUMN "next_try_at" TIMESTAMPTZ(3);

-- Since when Stripe refuses to sell the product; null: it does not.
ALTER TABLE "products" ADD COLUMN "refused_at" TIMESTAMPTZ(3);

-- One more kind. Every row satisfies it, so the check takes no lock for longer than a moment.
ALTER TABLE discrepancies DROP CONSTRAINT discrepancies_kind_known, ADD CONSTRAINT discrepancies_kind_known CHECK
  (kind IN ('captured_without_order', 'paid_but_closed', 'amount_differs', 'refund_differs', 'payout_differs', 'missing_at_stripe',
    'not_for_sale')) NOT VALID;
ALTER TABLE discrepancies VALIDATE CONSTRAINT discrepancies_kind_known;
