-- A shopper has withdrawn from the contract: one row an order, written before they hear so. `undone`: nothing had been
-- delivered, so all of the money goes back by itself. `late`: the period had ended.
CREATE TABLE "withdrawals" (
    "session_id" TEXT NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,
    "name" TEXT,
    "via" TEXT NOT NULL,
    "undone" BOOLEAN NOT NULL,
    "late" BOOLEAN NOT NULL,

    CONSTRAINT "withdrawals_pkey" PRIMARY KEY ("session_id"),
    CONSTRAINT withdrawals_via CHECK (via IN ('link', 'number'))
);
ALTER TABLE "withdrawals" ADD CONSTRAINT "withdrawals_session_id_fkey"
  FOREIGN KEY ("session_id") REFERENCES "orders"("session_id") ON DELETE RESTRICT ON UPDATE CASCADE;
