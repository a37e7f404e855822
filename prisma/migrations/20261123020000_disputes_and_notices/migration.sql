-- Disputes, and what Stripe tells of a payment beside the order's own story.

ALTER TABLE "orders"
  ADD COLUMN "review_open" BOOLEAN NOT NULL DEFAULT false,
  ADD COLUMN "fraud_warning" BOOLEAN NOT NULL DEFAULT false;

CREATE TABLE "disputes" (
    "id" TEXT NOT NULL,
    "session_id" TEXT NOT NULL,
    "charge_id" TEXT,
    "payment_intent_id" TEXT,
    "status" TEXT NOT NULL,
    "reason" TEXT NOT NULL,
    "amount" BIGINT NOT NULL,
    "currency" TEXT NOT NULL,
    "due_by" TIMESTAMPTZ(3),
    "open" BOOLEAN NOT NULL,
    "lost" BOOLEAN NOT NULL DEFAULT false,
    "openings" INTEGER NOT NULL DEFAULT 1,
    "withdrawn" BIGINT NOT NULL DEFAULT 0,
    "withdrawn_currency" TEXT,
    "evidence" JSONB,
    "gathered_at" TIMESTAMPTZ(3),
    "edited_at" TIMESTAMPTZ(3),
    "submitting_at" TIMESTAMPTZ(3),
    "submission" TEXT,
    "submitted_at" TIMESTAMPTZ(3),
    "submissions_before" INTEGER NOT NULL DEFAULT 0,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "updated_at" TIMESTAMPTZ(3) NOT NULL,
    "closed_at" TIMESTAMPTZ(3),

    CONSTRAINT "disputes_pkey" PRIMARY KEY ("id")
);
CREATE INDEX "disputes_session_id_idx" ON "disputes"("session_id");
ALTER TABLE "disputes" ADD CONSTRAINT "disputes_session_id_fkey" FOREIGN KEY ("session_id") REFERENCES "orders"("session_id") ON DELETE RESTRICT ON UPDATE CASCADE;

CREATE TABLE "notices" (
    "id" TEXT NOT NULL,
    "kind" TEXT NOT NULL,
    "session_id" TEXT,
    "payment_intent" TEXT,
    "open" BOOLEAN NOT NULL,
    "reason" TEXT,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "updated_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "notices_pkey" PRIMARY KEY ("id")
);
CREATE INDEX "notices_session_id_idx" ON "notices"("session_id");
ALTER TABLE "notices" ADD CONSTRAINT "notices_session_id_fkey" FOREIGN KEY ("session_id") REFERENCES "orders"("session_id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- --- Laws ----------------------------------------------------------------------------------------------------------------------------

ALTER TABLE disputes
  ADD CONSTRAINT disputes_amount_bounds CHECK (amount >= 0),
  ADD CONSTRAINT disputes_openings_positive CHECK (openings >= 1),
  ADD CONSTRAINT disputes_open_until_closed CHECK (open = (closed_at IS NULL)),
  ADD CONSTRAINT disputes_lost_is_closed CHECK (NOT (open AND lost)),
  ADD CONSTRAINT disputes_submission_whole CHECK ((submitting_at IS NULL) = (submission IS NULL));
-- A review is of a payment of ours or of nobody's; only what is ours can be open.
ALTER TABLE notices ADD CONSTRAINT notices_open_is_ours CHECK (NOT open OR session_id IS NOT NULL);

-- An order is disputed exactly while one of its disputes is open, whoever writes the dispute.
CREATE FUNCTION flag_disputed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  UPDATE orders o SET disputed = NOT o.disputed
    WHERE o.session_id = NEW.session_id
      AND o.disputed <> EXISTS (SELECT 1 FROM disputes d WHERE d.session_id = o.session_id AND d.open);
  RETURN NULL;
END $$;
CREATE TRIGGER disputes_flag_order AFTER INSERT OR UPDATE OF open ON disputes FOR EACH ROW EXECUTE FUNCTION flag_disputed();

-- An order is under review exactly while one of its reviews is open.
CREATE FUNCTION flag_review() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  UPDATE orders o SET review_open = NOT o.review_open
    WHERE o.session_id = NEW.session_id
      AND o.review_open <> EXISTS (SELECT 1 FROM notices n WHERE n.session_id = o.session_id AND n.kind = 'review' AND n.open);
  RETURN NULL;
END $$;
CREATE TRIGGER notices_flag_order AFTER INSERT OR UPDATE ON notices
  FOR EACH ROW WHEN (NEW.kind = 'review') EXECUTE FUNCTION flag_review();

-- Evidence is made of personal data: it goes with the customer, whoever erases it, and is not put back.
CREATE FUNCTION erase_evidence() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  UPDATE disputes SET evidence = NULL WHERE session_id = NEW.session_id AND evidence IS NOT NULL;
  RETURN NULL;
END $$;
CREATE TRIGGER customers_erase_evidence AFTER INSERT OR UPDATE ON customers
  FOR EACH ROW WHEN (NEW.erased_at IS NOT NULL) EXECUTE FUNCTION erase_evidence();
