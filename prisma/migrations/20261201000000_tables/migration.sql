-- CreateSchema
CREATE SCHEMA IF NOT EXISTS "public";

-- CreateEnum
CREATE TYPE "ProductKind" AS ENUM ('PHYSICAL', 'DIGITAL');

-- CreateEnum
CREATE TYPE "MovementKind" AS ENUM ('ADJUST', 'HOLD', 'RELEASE', 'COMMIT', 'TAKE', 'RESTOCK');

-- CreateEnum
CREATE TYPE "HoldState" AS ENUM ('ACTIVE', 'COMMITTED', 'RELEASED');

-- CreateEnum
CREATE TYPE "StrayKind" AS ENUM ('UNKNOWN_LINES', 'OTHER_MODE');

-- CreateEnum
CREATE TYPE "OrderStatus" AS ENUM ('PENDING', 'PAID', 'PREPARING', 'SHIPPED', 'COMPLETED', 'EXPIRED', 'CANCELLED', 'REFUNDED');

-- CreateEnum
CREATE TYPE "PaymentStatus" AS ENUM ('UNPAID', 'PROCESSING', 'PAID', 'NO_PAYMENT_REQUIRED', 'FAILED', 'PARTIALLY_REFUNDED', 'REFUNDED');

-- CreateEnum
CREATE TYPE "StockState" AS ENUM ('HELD', 'SOLD_OUT', 'RELEASED', 'COMMITTED', 'RETURNED');

-- CreateEnum
CREATE TYPE "RefundOrigin" AS ENUM ('STAFF', 'COMPENSATION', 'STRIPE');

-- CreateEnum
CREATE TYPE "MailStatus" AS ENUM ('WRITTEN', 'SENT', 'GIVEN_UP');

-- CreateEnum
CREATE TYPE "MailAudience" AS ENUM ('CUSTOMER', 'STAFF');

-- CreateEnum
CREATE TYPE "ReconciliationStatus" AS ENUM ('RUNNING', 'COMPLETED', 'FAILED');

-- CreateTable
CREATE TABLE "products" (
    "sku" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "description" TEXT NOT NULL DEFAULT '',
    "kind" "ProductKind" NOT NULL,
    "image_url" TEXT,
    "active" BOOLEAN NOT NULL DEFAULT true,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "updated_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "products_pkey" PRIMARY KEY ("sku")
);

-- CreateTable
CREATE TABLE "prices" (
    "id" SERIAL NOT NULL,
    "sku" TEXT NOT NULL,
    "currency" TEXT NOT NULL,
    "amount" BIGINT NOT NULL,
    "minimum" BIGINT,
    "stripe_price_id" TEXT,
    "current" BOOLEAN NOT NULL DEFAULT true,
    "position" INTEGER NOT NULL DEFAULT 0,
    "created_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "prices_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "product_files" (
    "id" UUID NOT NULL,
    "sku" TEXT,
    "filename" TEXT NOT NULL,
    "content_type" TEXT NOT NULL,
    "size" BIGINT NOT NULL,
    "sha256" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "product_files_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "product_file_chunks" (
    "file_id" UUID NOT NULL,
    "seq" INTEGER NOT NULL,
    "bytes" BYTEA NOT NULL,

    CONSTRAINT "product_file_chunks_pkey" PRIMARY KEY ("file_id","seq")
);

-- CreateTable
CREATE TABLE "stock_levels" (
    "sku" TEXT NOT NULL,
    "on_hand" INTEGER NOT NULL DEFAULT 0,
    "held" INTEGER NOT NULL DEFAULT 0,

    CONSTRAINT "stock_levels_pkey" PRIMARY KEY ("sku")
);

-- CreateTable
CREATE TABLE "stock_movements" (
    "id" BIGSERIAL NOT NULL,
    "sku" TEXT NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,
    "kind" "MovementKind" NOT NULL,
    "on_hand_delta" INTEGER NOT NULL,
    "held_delta" INTEGER NOT NULL,
    "reference" TEXT NOT NULL,
    "actor" TEXT NOT NULL,
    "key" TEXT,
    "key_hash" TEXT,

    CONSTRAINT "stock_movements_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "holds" (
    "session_id" TEXT NOT NULL,
    "sku" TEXT NOT NULL,
    "quantity" INTEGER NOT NULL,
    "state" "HoldState" NOT NULL,
    "until" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "holds_pkey" PRIMARY KEY ("session_id","sku")
);

-- CreateTable
CREATE TABLE "checkouts" (
    "id" UUID NOT NULL,
    "number" TEXT NOT NULL,
    "origin" TEXT NOT NULL,
    "currency" TEXT NOT NULL,
    "subtotal" BIGINT NOT NULL,
    "lines" JSONB NOT NULL,
    "request" JSONB NOT NULL,
    "stripe_key" TEXT,
    "hold_until" TIMESTAMPTZ(3) NOT NULL,
    "session_id" TEXT,
    "url" TEXT,
    "client_hash" TEXT,
    "recovers" TEXT,
    "failed_at" TIMESTAMPTZ(3),
    "created_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "checkouts_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "checkout_keys" (
    "key_hash" TEXT NOT NULL,
    "body_hash" TEXT NOT NULL,
    "checkout_id" UUID,
    "busy_until" TIMESTAMPTZ(3),
    "created_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "checkout_keys_pkey" PRIMARY KEY ("key_hash")
);

-- CreateTable
CREATE TABLE "stray_sessions" (
    "session_id" TEXT NOT NULL,
    "amount" BIGINT,
    "currency" TEXT,
    "kind" "StrayKind" NOT NULL,
    "reason" TEXT NOT NULL,
    "seen_at" TIMESTAMPTZ(3) NOT NULL,
    "reported_at" TIMESTAMPTZ(3),

    CONSTRAINT "stray_sessions_pkey" PRIMARY KEY ("session_id")
);

-- CreateTable
CREATE TABLE "order_transitions" (
    "from" "OrderStatus" NOT NULL,
    "to" "OrderStatus" NOT NULL,

    CONSTRAINT "order_transitions_pkey" PRIMARY KEY ("from","to")
);

-- CreateTable
CREATE TABLE "orders" (
    "session_id" TEXT NOT NULL,
    "number" TEXT NOT NULL,
    "status" "OrderStatus" NOT NULL,
    "payment_status" "PaymentStatus" NOT NULL,
    "stock" "StockState" NOT NULL,
    "origin" TEXT NOT NULL,
    "currency" TEXT NOT NULL,
    "subtotal" BIGINT NOT NULL,
    "total" BIGINT NOT NULL,
    "discount" BIGINT NOT NULL DEFAULT 0,
    "shipping" BIGINT NOT NULL DEFAULT 0,
    "tax" BIGINT NOT NULL DEFAULT 0,
    "tax_included" BIGINT NOT NULL DEFAULT 0,
    "presentment_amount" BIGINT,
    "presentment_currency" TEXT,
    "refunded" BIGINT NOT NULL DEFAULT 0,
    "payment_intent_id" TEXT,
    "charge_id" TEXT,
    "hold_until" TIMESTAMPTZ(3) NOT NULL,
    "locale" TEXT,
    "attention_step" TEXT,
    "attention_reason" TEXT,
    "attention_since" TIMESTAMPTZ(3),
    "disputed" BOOLEAN NOT NULL DEFAULT false,
    "review_open" BOOLEAN NOT NULL DEFAULT false,
    "fraud_warning" BOOLEAN NOT NULL DEFAULT false,
    "cancel_requested_at" TIMESTAMPTZ(3),
    "cancel_reason" TEXT,
    "cancel_refusal" TEXT,
    "recoverable_until" TIMESTAMPTZ(3),
    "processing_since" TIMESTAMPTZ(3),
    "in_flight_since" TIMESTAMPTZ(3),
    "declined" BOOLEAN NOT NULL DEFAULT false,
    "paid_at" TIMESTAMPTZ(3),
    "shipped_at" TIMESTAMPTZ(3),
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "updated_at" TIMESTAMPTZ(3) NOT NULL,
    "version" INTEGER NOT NULL DEFAULT 1,

    CONSTRAINT "orders_pkey" PRIMARY KEY ("session_id")
);

-- CreateTable
CREATE TABLE "order_items" (
    "session_id" TEXT NOT NULL,
    "sku" TEXT NOT NULL,
    "position" INTEGER NOT NULL,
    "name" TEXT NOT NULL,
    "kind" "ProductKind" NOT NULL,
    "quantity" INTEGER NOT NULL,
    "unit_amount" BIGINT NOT NULL,
    "total" BIGINT NOT NULL,
    "shipped" INTEGER NOT NULL DEFAULT 0,
    "restocked" INTEGER NOT NULL DEFAULT 0,

    CONSTRAINT "order_items_pkey" PRIMARY KEY ("session_id","sku")
);

-- CreateTable
CREATE TABLE "shipments" (
    "id" UUID NOT NULL,
    "session_id" TEXT NOT NULL,
    "carrier" TEXT NOT NULL,
    "tracking_number" TEXT NOT NULL,
    "tracking_url" TEXT,
    "items" JSONB NOT NULL,
    "shipped_at" TIMESTAMPTZ(3) NOT NULL,
    "delivered_at" TIMESTAMPTZ(3),

    CONSTRAINT "shipments_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "download_grants" (
    "id" UUID NOT NULL,
    "session_id" TEXT NOT NULL,
    "sku" TEXT NOT NULL,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,
    "allowed" INTEGER NOT NULL,
    "used" INTEGER NOT NULL DEFAULT 0,
    "last_use_at" TIMESTAMPTZ(3),
    "revoked_at" TIMESTAMPTZ(3),

    CONSTRAINT "download_grants_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "timeline" (
    "id" BIGSERIAL NOT NULL,
    "session_id" TEXT NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,
    "type" TEXT NOT NULL,
    "message" TEXT NOT NULL,
    "actor" TEXT NOT NULL,
    "note" TEXT,
    "key" TEXT NOT NULL,

    CONSTRAINT "timeline_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "customers" (
    "session_id" TEXT NOT NULL,
    "email" TEXT,
    "name" TEXT,
    "address" JSONB,
    "user_id" TEXT,
    "email_by_staff" BOOLEAN NOT NULL DEFAULT false,
    "address_by_staff" BOOLEAN NOT NULL DEFAULT false,
    "erased_at" TIMESTAMPTZ(3),

    CONSTRAINT "customers_pkey" PRIMARY KEY ("session_id")
);

-- CreateTable
CREATE TABLE "refunds" (
    "key" TEXT NOT NULL,
    "origin" "RefundOrigin" NOT NULL,
    "request_key" TEXT,
    "retry_of" TEXT,
    "stripe_id" TEXT,
    "session_id" TEXT NOT NULL,
    "amount" BIGINT,
    "currency" TEXT NOT NULL,
    "status" TEXT NOT NULL,
    "reason" TEXT NOT NULL,
    "actor" TEXT NOT NULL,
    "attempt" INTEGER NOT NULL DEFAULT 1,
    "restock" JSONB,
    "request_hash" TEXT,
    "refusal" TEXT,
    "refusal_reason" TEXT,
    "status_before" "OrderStatus",
    "payment_status_before" "PaymentStatus",
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "updated_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "refunds_pkey" PRIMARY KEY ("key")
);

-- CreateTable
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

-- CreateTable
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

-- CreateTable
CREATE TABLE "mails" (
    "key" TEXT NOT NULL,
    "template" TEXT NOT NULL,
    "audience" "MailAudience" NOT NULL,
    "session_id" TEXT,
    "order_number" TEXT,
    "recipient" TEXT NOT NULL,
    "subject" TEXT NOT NULL,
    "html" TEXT NOT NULL,
    "text" TEXT NOT NULL,
    "status" "MailStatus" NOT NULL,
    "attempts" INTEGER NOT NULL DEFAULT 0,
    "provider_id" TEXT,
    "last_error" TEXT,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "sent_at" TIMESTAMPTZ(3),

    CONSTRAINT "mails_pkey" PRIMARY KEY ("key")
);

-- CreateTable
CREATE TABLE "reconciliations" (
    "id" UUID NOT NULL,
    "trigger" TEXT NOT NULL,
    "status" "ReconciliationStatus" NOT NULL,
    "window" JSONB,
    "started_at" TIMESTAMPTZ(3) NOT NULL,
    "finished_at" TIMESTAMPTZ(3),
    "checked" INTEGER NOT NULL DEFAULT 0,
    "discrepancies" JSONB NOT NULL DEFAULT '[]',
    "failure" TEXT,

    CONSTRAINT "reconciliations_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "reconciliation_repairs" (
    "reconciliation_id" UUID NOT NULL,
    "session_id" TEXT NOT NULL,
    "action" TEXT NOT NULL,
    "version" INTEGER,
    "changed" BOOLEAN NOT NULL DEFAULT false,

    CONSTRAINT "reconciliation_repairs_pkey" PRIMARY KEY ("reconciliation_id","session_id")
);

-- CreateTable
CREATE TABLE "discrepancies" (
    "kind" TEXT NOT NULL,
    "reference" TEXT NOT NULL,
    "detail" TEXT NOT NULL,
    "currency" TEXT,
    "amount" BIGINT,
    "told_once" BOOLEAN NOT NULL DEFAULT false,
    "found_by" UUID,
    "first_seen_at" TIMESTAMPTZ(3) NOT NULL,
    "last_seen_at" TIMESTAMPTZ(3) NOT NULL,
    "resolved_at" TIMESTAMPTZ(3),
    "report_key" TEXT,
    "reported_at" TIMESTAMPTZ(3),

    CONSTRAINT "discrepancies_pkey" PRIMARY KEY ("kind","reference")
);

-- CreateTable
CREATE TABLE "sweep_marks" (
    "name" TEXT NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "sweep_marks_pkey" PRIMARY KEY ("name")
);

-- CreateTable
CREATE TABLE "ledger_entries" (
    "id" TEXT NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,
    "category" TEXT NOT NULL,
    "type" TEXT NOT NULL,
    "source" TEXT,
    "payment_intent_id" TEXT,
    "session_id" TEXT,
    "traced_at" TIMESTAMPTZ(3),
    "currency" TEXT NOT NULL,
    "amount" BIGINT NOT NULL,
    "settled_currency" TEXT NOT NULL,
    "settled" BIGINT NOT NULL,
    "fee" BIGINT NOT NULL,

    CONSTRAINT "ledger_entries_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "payouts" (
    "id" TEXT NOT NULL,
    "currency" TEXT NOT NULL,
    "amount" BIGINT NOT NULL,
    "status" TEXT NOT NULL,
    "automatic" BOOLEAN NOT NULL,
    "arrival_at" TIMESTAMPTZ(3) NOT NULL,
    "transactions" BIGINT,
    "checked_at" TIMESTAMPTZ(3),
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "updated_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "payouts_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "rate_limits" (
    "key" TEXT NOT NULL,
    "hits" INTEGER NOT NULL,
    "reset_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "rate_limits_pkey" PRIMARY KEY ("key")
);

-- CreateIndex
CREATE UNIQUE INDEX "prices_stripe_price_id_key" ON "prices"("stripe_price_id");

-- CreateIndex
CREATE INDEX "prices_sku_idx" ON "prices"("sku");

-- CreateIndex
CREATE UNIQUE INDEX "product_files_sku_key" ON "product_files"("sku");

-- CreateIndex
CREATE UNIQUE INDEX "stock_movements_key_key" ON "stock_movements"("key");

-- CreateIndex
CREATE INDEX "stock_movements_sku_id_idx" ON "stock_movements"("sku", "id");

-- CreateIndex
CREATE UNIQUE INDEX "checkouts_number_key" ON "checkouts"("number");

-- CreateIndex
CREATE UNIQUE INDEX "checkouts_stripe_key_key" ON "checkouts"("stripe_key");

-- CreateIndex
CREATE UNIQUE INDEX "checkouts_session_id_key" ON "checkouts"("session_id");

-- CreateIndex
CREATE INDEX "checkouts_client_hash_created_at_idx" ON "checkouts"("client_hash", "created_at");

-- CreateIndex
CREATE INDEX "checkouts_recovers_idx" ON "checkouts"("recovers");

-- CreateIndex
CREATE INDEX "checkout_keys_created_at_idx" ON "checkout_keys"("created_at");

-- CreateIndex
CREATE UNIQUE INDEX "orders_number_key" ON "orders"("number");

-- CreateIndex
CREATE UNIQUE INDEX "orders_payment_intent_id_key" ON "orders"("payment_intent_id");

-- CreateIndex
CREATE INDEX "orders_created_at_session_id_idx" ON "orders"("created_at" DESC, "session_id");

-- CreateIndex
CREATE INDEX "orders_status_created_at_idx" ON "orders"("status", "created_at" DESC);

-- CreateIndex
CREATE INDEX "order_items_sku_idx" ON "order_items"("sku");

-- CreateIndex
CREATE INDEX "shipments_by_time" ON "shipments"("shipped_at");

-- CreateIndex
CREATE UNIQUE INDEX "shipments_session_id_carrier_tracking_number_key" ON "shipments"("session_id", "carrier", "tracking_number");

-- CreateIndex
CREATE UNIQUE INDEX "download_grants_session_id_sku_key" ON "download_grants"("session_id", "sku");

-- CreateIndex
CREATE UNIQUE INDEX "timeline_session_id_key_key" ON "timeline"("session_id", "key");

-- CreateIndex
CREATE INDEX "customers_email_idx" ON "customers"("email");

-- CreateIndex
CREATE INDEX "customers_user_id_idx" ON "customers"("user_id");

-- CreateIndex
CREATE UNIQUE INDEX "refunds_stripe_id_key" ON "refunds"("stripe_id");

-- CreateIndex
CREATE INDEX "refunds_updated" ON "refunds"("updated_at");

-- CreateIndex
CREATE INDEX "refunds_status" ON "refunds"("status", "updated_at");

-- CreateIndex
CREATE UNIQUE INDEX "refunds_session_id_request_key_key" ON "refunds"("session_id", "request_key");

-- CreateIndex
CREATE INDEX "disputes_session_id_idx" ON "disputes"("session_id");

-- CreateIndex
CREATE INDEX "notices_session_id_idx" ON "notices"("session_id");

-- CreateIndex
CREATE INDEX "mails_session_id_idx" ON "mails"("session_id");

-- CreateIndex
CREATE INDEX "reconciliations_started_at_idx" ON "reconciliations"("started_at");

-- CreateIndex
CREATE INDEX "ledger_entries_at_idx" ON "ledger_entries"("at");

-- CreateIndex
CREATE INDEX "ledger_entries_source_idx" ON "ledger_entries"("source");

-- CreateIndex
CREATE INDEX "ledger_entries_payment_intent_id_idx" ON "ledger_entries"("payment_intent_id");

-- CreateIndex
CREATE INDEX "ledger_entries_session_id_idx" ON "ledger_entries"("session_id");

-- CreateIndex
CREATE INDEX "rate_limits_reset_at_idx" ON "rate_limits"("reset_at");

-- AddForeignKey
ALTER TABLE "prices" ADD CONSTRAINT "prices_sku_fkey" FOREIGN KEY ("sku") REFERENCES "products"("sku") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "product_files" ADD CONSTRAINT "product_files_sku_fkey" FOREIGN KEY ("sku") REFERENCES "products"("sku") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "product_file_chunks" ADD CONSTRAINT "product_file_chunks_file_id_fkey" FOREIGN KEY ("file_id") REFERENCES "product_files"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "stock_levels" ADD CONSTRAINT "stock_levels_sku_fkey" FOREIGN KEY ("sku") REFERENCES "products"("sku") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "stock_movements" ADD CONSTRAINT "stock_movements_sku_fkey" FOREIGN KEY ("sku") REFERENCES "stock_levels"("sku") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "holds" ADD CONSTRAINT "holds_session_id_fkey" FOREIGN KEY ("session_id") REFERENCES "orders"("session_id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "holds" ADD CONSTRAINT "holds_sku_fkey" FOREIGN KEY ("sku") REFERENCES "stock_levels"("sku") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "order_items" ADD CONSTRAINT "order_items_session_id_fkey" FOREIGN KEY ("session_id") REFERENCES "orders"("session_id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "shipments" ADD CONSTRAINT "shipments_session_id_fkey" FOREIGN KEY ("session_id") REFERENCES "orders"("session_id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "download_grants" ADD CONSTRAINT "download_grants_session_id_fkey" FOREIGN KEY ("session_id") REFERENCES "orders"("session_id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "timeline" ADD CONSTRAINT "timeline_session_id_fkey" FOREIGN KEY ("session_id") REFERENCES "orders"("session_id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "customers" ADD CONSTRAINT "customers_session_id_fkey" FOREIGN KEY ("session_id") REFERENCES "orders"("session_id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "refunds" ADD CONSTRAINT "refunds_session_id_fkey" FOREIGN KEY ("session_id") REFERENCES "orders"("session_id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "disputes" ADD CONSTRAINT "disputes_session_id_fkey" FOREIGN KEY ("session_id") REFERENCES "orders"("session_id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "notices" ADD CONSTRAINT "notices_session_id_fkey" FOREIGN KEY ("session_id") REFERENCES "orders"("session_id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "reconciliation_repairs" ADD CONSTRAINT "reconciliation_repairs_reconciliation_id_fkey" FOREIGN KEY ("reconciliation_id") REFERENCES "reconciliations"("id") ON DELETE CASCADE ON UPDATE CASCADE;
