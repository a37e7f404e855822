-- Who made a request that a workflow carries out. The name is written here before the request goes to Temporal, and its
-- activities read it under the request's key: a name is for the timeline, and has no place in a history. `staff`, the
-- name of ADMIN_TOKEN and of the Temporal UI, has no row.
CREATE TABLE "request_actors" (
    "session_id" TEXT NOT NULL,
    "key" TEXT NOT NULL,
    "actor" TEXT NOT NULL,
    "requested_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "request_actors_pkey" PRIMARY KEY ("session_id","key")
);
