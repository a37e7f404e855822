-- What staff asked to be done with many orders at once, and what came of each. Written before the workflow is started,
-- which goes on from here, whichever worker runs it.
CREATE TABLE "bulks" (
    "id" UUID NOT NULL,
    "action" TEXT NOT NULL,
    "reason" TEXT,
    "filter" JSONB NOT NULL,
    "actor" TEXT NOT NULL,
    "request_hash" TEXT NOT NULL,
    "status" TEXT NOT NULL,
    "requested_at" TIMESTAMPTZ(3) NOT NULL,
    "finished_at" TIMESTAMPTZ(3),

    CONSTRAINT "bulks_pkey" PRIMARY KEY ("id"),
    CONSTRAINT bulks_known_status CHECK (status IN ('RUNNING', 'COMPLETED', 'STOPPED', 'FAILED')),
    CONSTRAINT bulks_finished CHECK ((status = 'RUNNING') = (finished_at IS NULL))
);

CREATE TABLE "bulk_orders" (
    "bulk_id" UUID NOT NULL,
    "session_id" TEXT NOT NULL,
    "position" INTEGER NOT NULL,
    "begun_at" TIMESTAMPTZ(3),
    "outcome" TEXT,
    "code" TEXT,
    "detail" TEXT,

    CONSTRAINT "bulk_orders_pkey" PRIMARY KEY ("bulk_id","session_id"),
    CONSTRAINT bulk_orders_known_outcome CHECK (outcome IN ('done', 'refused')),
    CONSTRAINT bulk_orders_refused CHECK ((outcome IS NOT DISTINCT FROM 'refused') = (code IS NOT NULL AND detail IS NOT NULL))
);

ALTER TABLE "bulk_orders" ADD CONSTRAINT "bulk_orders_bulk_id_fkey" FOREIGN KEY ("bulk_id") REFERENCES "bulks"("id") ON DELETE CASCADE ON UPDATE CASCADE;

CREATE INDEX bulks_running ON bulks (requested_at) WHERE status = 'RUNNING';
