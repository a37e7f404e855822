-- The mails that staff want sent again, until their runs have ended. A run that is terminated, or that Temporal has
-- forgotten, is started again from its row.
CREATE TABLE "mail_requests" (
    "session_id" TEXT NOT NULL,
    "key" TEXT NOT NULL,
    "template" TEXT NOT NULL,
    "ref" TEXT,
    "requested_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "mail_requests_pkey" PRIMARY KEY ("session_id","key")
);

CREATE INDEX "mail_requests_requested_at_idx" ON "mail_requests"("requested_at");
