-- Staff may close a discrepancy, with a note. It stays closed while resolved_at is accepted_at and nothing about it
-- changes; once it is gone, or differs in another way, the acceptance is over.
ALTER TABLE "discrepancies" ADD COLUMN "accepted_at" TIMESTAMPTZ(3), ADD COLUMN "accepted_by" TEXT, ADD COLUMN "accepted_note" TEXT;
