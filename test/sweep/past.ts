import { Client } from 'pg';

/** How many orders there are of the past: enough for PostgreSQL to read an index rather than the whole table. */
const HISTORY = 2_000;

/** The tables that stay small however long a shop sells, and why. Every other one grows. */
export const BOUNDED: Record<string, string> = {
  products: 'the catalogue',
  prices: 'the catalogue',
  product_files: 'the catalogue',
  product_file_chunks: 'the catalogue',
  stock_levels: 'the catalogue',
  order_transitions: 'the rules of statuses',
  installation: 'one row',
  event_receiver: 'one row',
  sweep_marks: 'one row a kind of mark',
  account_alarms: 'one row a cause and its subject; those that ended are removed after a month',
  sweep_skips: 'what could not be handled in the last sweep',
  ledger_lookups: 'what Stripe has not listed yet; removed once it has',
  mail_requests: 'removed once their runs have ended',
  bulks: 'what staff ask for by hand; removed a year after its end',
  bulk_orders: 'as bulks, 500 at most for each',
  payouts: 'one a day and currency: some thousands in ten years',
  rate_limits: 'removed once their window is over',
  _prisma_migrations: 'one row a migration',
};

/** Writes many orders that are done, and all that is kept of them and of the years in which they were made. */
export async function fillWithPast(url: string, now: number): Promise<void> {
  const then = `('${new Date(now - 90 * 86_400_000).toISOString()}'::timestamptz - n * interval '1 minute')`;
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    await client.query('SET session_replication_role = replica'); // without triggers, which take long
    for (const statement of PAST) {
      const many = statement.replaceAll('PAST', `generate_series(1, ${HISTORY}) AS past(n)`);
      await client.query(many.replaceAll('THEN', then));
    }
    await client.query('ANALYZE');
  } finally {
    await client.end();
  }
}

const PAST = [
  `INSERT INTO orders (session_id, number, status, payment_status, stock, origin, currency, subtotal, total, refunded, payment_intent_id,
     charge_id, hold_until, paid_at, created_at, updated_at)
   SELECT 'cs_past_' || n, 'past-' || n, 'COMPLETED', 'PARTIALLY_REFUNDED', 'COMMITTED', 'CHECKOUT', 'eur', 1000, 1000, 100, 'pi_past_' || n,
     'ch_past_' || n, THEN, THEN, THEN, THEN FROM PAST`,
  `INSERT INTO order_items (session_id, sku, position, name, kind, quantity, unit_amount, total, shipped)
   SELECT 'cs_past_' || n, 'past', 0, 'Past', 'PHYSICAL', 1, 1000, 1000, 1 FROM PAST`,
  `INSERT INTO holds (session_id, sku, quantity, state, until) SELECT 'cs_past_' || n, 'past', 1, 'COMMITTED', THEN FROM PAST`,
  `INSERT INTO shipments (id, session_id, carrier, tracking_number, items, shipped_at)
   SELECT gen_random_uuid(), 'cs_past_' || n, 'DHL', n, '[]', THEN FROM PAST`,
  `INSERT INTO download_grants (id, session_id, sku, expires_at, allowed)
   SELECT gen_random_uuid(), 'cs_past_' || n, 'past', THEN, 5 FROM PAST`,
  `INSERT INTO request_actors (session_id, key, actor, requested_at) SELECT 'cs_past_' || n, 'ship', 'ada', THEN FROM PAST`,
  `INSERT INTO customers (session_id, email) SELECT 'cs_past_' || n, n || '@example.com' FROM PAST`,
  `INSERT INTO timeline (session_id, at, type, message, actor, key)
   SELECT 'cs_past_' || n, THEN, 'mail', 'sent', 'holdfast', 'mail/' || t FROM PAST CROSS JOIN (VALUES ('a'), ('b'), ('c')) AS x(t)`,
  `INSERT INTO mails (key, template, audience, session_id, recipient, subject, html, text, status, created_at, sent_at)
   SELECT t || '/cs_past_' || n, t, 'CUSTOMER', 'cs_past_' || n, n || '@example.com', '', '', '', 'SENT', THEN, THEN
   FROM PAST CROSS JOIN (VALUES ('order_confirmation'), ('order_received')) AS x(t)`,
  `INSERT INTO checkouts (id, number, origin, currency, subtotal, lines, request, hold_until, session_id, created_at)
   SELECT gen_random_uuid(), 'past-' || n, 'CHECKOUT', 'eur', 1000, '[]', '{}', THEN, 'cs_past_' || n, THEN FROM PAST`,
  `INSERT INTO checkout_keys (key_hash, body_hash, created_at) SELECT 'past-' || n, '', THEN FROM PAST`,
  `INSERT INTO refunds (key, origin, stripe_id, session_id, amount, currency, status, reason, actor, created_at, updated_at)
   SELECT 'cs_past_' || n || '/r', 'STRIPE', 're_past_past-' || n, 'cs_past_' || n, 100, 'eur', 'succeeded', 'other', 'stripe', THEN, THEN FROM PAST`,
  `INSERT INTO disputes (id, session_id, status, reason, amount, currency, open, created_at, updated_at, closed_at)
   SELECT 'du_past_' || n, 'cs_past_' || n, 'won', 'general', 100, 'eur', false, THEN, THEN, THEN FROM PAST`,
  `INSERT INTO notices (id, kind, session_id, open, created_at, updated_at)
   SELECT 'prv_past_' || n, 'review', 'cs_past_' || n, false, THEN, THEN FROM PAST`,
  `INSERT INTO returns (id, session_id, key, items, condition, actor, at)
   SELECT gen_random_uuid(), 'cs_past_' || n, 'past', '[]', 'RESTOCK', 'staff', THEN FROM PAST`,
  `INSERT INTO replacements (id, session_id, key, items, actor, at)
   SELECT gen_random_uuid(), 'cs_past_' || n, 'past', '[]', 'staff', THEN FROM PAST`,
  `INSERT INTO deliveries (id, session_id, type, at, status, queued_at, delivered_at)
   SELECT gen_random_uuid(), 'cs_past_' || n, 'order.paid', THEN, 'DELIVERED', THEN, THEN FROM PAST`,
  `INSERT INTO stock_movements (sku, at, kind, on_hand_delta, held_delta, reference, actor)
   SELECT 'past', THEN, 'ADJUST', 1, 0, 'cs_past_' || n, 'staff' FROM PAST`,
  `INSERT INTO ledger_entries (id, at, category, type, source, payment_intent_id, currency, amount, settled_currency, settled, fee)
   SELECT 'txn_c_' || n, THEN, 'charge', 'charge', 'ch_past_' || n, 'pi_past_' || n, 'eur', 1000, 'eur', 1000, 40 FROM PAST
   UNION ALL SELECT 'txn_r_' || n, THEN, 'refund', 'refund', 're_past_past-' || n, 'pi_past_' || n, 'eur', -100, 'eur', -100, 0 FROM PAST`,
  `INSERT INTO payouts (id, currency, amount, status, automatic, arrival_at, transactions, checked_at, created_at, updated_at)
   SELECT 'po_past_' || n, 'eur', 1, 'paid', true, THEN, 1, THEN, THEN, THEN FROM PAST`,
  `INSERT INTO stray_sessions (session_id, kind, reason, seen_at, reported_at)
   SELECT 'cs_stray_' || n, 'UNKNOWN_LINES', 'theirs', THEN, THEN FROM PAST`,
  `INSERT INTO reconciliations (id, trigger, status, started_at, finished_at)
   SELECT ('00000000-0000-4000-8000-' || lpad(n::text, 12, '0'))::uuid, 'staff', 'COMPLETED', THEN, THEN FROM PAST`,
  `INSERT INTO reconciliation_repairs (reconciliation_id, session_id, action, changed)
   SELECT ('00000000-0000-4000-8000-' || lpad(n::text, 12, '0'))::uuid, 'cs_past_' || n, 'paid', true FROM PAST`,
  `INSERT INTO discrepancies (kind, reference, detail, found_by, first_seen_at, last_seen_at, resolved_at, report_key, reported_at)
   SELECT 'amount_differs', 'cs_past_' || n, 'was put right', gen_random_uuid(), THEN, THEN, THEN, 'r', THEN FROM PAST`,
];
