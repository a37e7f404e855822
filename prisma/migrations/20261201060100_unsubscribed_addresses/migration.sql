-- Who reads a mail about an expired checkout may refuse all further ones. The address is kept as its hash alone, also
-- when the data of its orders is erased: otherwise the next checkout would be followed by such a mail again.
CREATE TABLE "unsubscribed_addresses" (
    "address_hash" TEXT NOT NULL,
    "unsubscribed_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "unsubscribed_addresses_pkey" PRIMARY KEY ("address_hash")
);
