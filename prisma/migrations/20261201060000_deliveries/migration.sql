-- What the merchant's other systems are told of orders (docs/deciding/0037). An event is a row of `deliveries`, written
-- by a trigger in the transaction that makes it true, and only while a receiver is configured.
CREATE TABLE "event_receiver" (
    "only" BOOLEAN NOT NULL DEFAULT true,
    "url_hash" TEXT NOT NULL,
    "wanted_until" TIMESTAMPTZ(3) NOT NULL,
    "delivered_at" TIMESTAMPTZ(3),
    "failing_since" TIMESTAMPTZ(3),
    "gone_at" TIMESTAMPTZ(3),

    CONSTRAINT "event_receiver_pkey" PRIMARY KEY ("only"),
    CONSTRAINT event_receiver_only CHECK ("only")
);

CREATE TABLE "deliveries" (
    "id" UUID NOT NULL,
    "session_id" TEXT NOT NULL,
    "type" TEXT NOT NULL,
    "subject" TEXT,
    "at" TIMESTAMPTZ(3) NOT NULL,
    "status" TEXT NOT NULL DEFAULT 'PENDING',
    "queued_at" TIMESTAMPTZ(3) NOT NULL,
    "next_try_at" TIMESTAMPTZ(3),
    "attempts" INTEGER NOT NULL DEFAULT 0,
    "first_tried_at" TIMESTAMPTZ(3),
    "last_tried_at" TIMESTAMPTZ(3),
    "last_error" TEXT,
    "delivered_at" TIMESTAMPTZ(3),

    CONSTRAINT "deliveries_pkey" PRIMARY KEY ("id"),
    CONSTRAINT deliveries_status_known CHECK (status IN ('PENDING', 'DELIVERED', 'GIVEN_UP')),
    CONSTRAINT deliveries_pending_is_tried CHECK ((status = 'PENDING') = (next_try_at IS NOT NULL)),
    CONSTRAINT deliveries_delivered_when CHECK ((status = 'DELIVERED') = (delivered_at IS NOT NULL))
);
ALTER TABLE "deliveries" ADD CONSTRAINT "deliveries_session_id_fkey"
  FOREIGN KEY ("session_id") REFERENCES "orders"("session_id") ON DELETE RESTRICT ON UPDATE CASCADE;

CREATE INDEX deliveries_due ON deliveries (next_try_at) WHERE status = 'PENDING';
CREATE INDEX "deliveries_by_status" ON "deliveries"("status", "at" DESC, "id");
CREATE INDEX "deliveries_by_time" ON "deliveries"("at" DESC, "id");
CREATE INDEX "deliveries_of_order" ON "deliveries"("session_id", "at" DESC, "id");

-- Writes an event down, to be sent as soon as a worker looks. Does nothing without a receiver.
CREATE FUNCTION add_event(p_session text, p_type text, p_subject text, p_at timestamptz) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO deliveries (id, session_id, type, subject, at, queued_at, next_try_at)
    SELECT gen_random_uuid(), p_session, p_type, p_subject, p_at, p_at, p_at
    WHERE EXISTS (SELECT 1 FROM event_receiver WHERE wanted_until > p_at);
END $$;
