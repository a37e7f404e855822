import { Client } from 'pg';
import { besideEachOther, type Run, withoutIndexes } from './bulk';
import { requireLaws } from './laws';
import { pastTable } from './orders';
import { FIXED_ROWS, ROWS } from './tables';

/**
 * Gives an empty database the history of a shop: orders that have ended, and among the newest some that have not.
 * @param now the time of the shop: the newest order is two hours old
 */
export async function writeHistory(url: string, { orders, now }: { orders: number; now: Date }): Promise<void> {
  await besideEachOther(url, async (run) => {
    const client = new Client({ connectionString: url });
    await client.connect();
    try {
      await client.query(pastTable(orders, now));
      await client.query('ANALYZE past');
      for (const statement of FIXED_ROWS(now)) await client.query(statement);
      await withoutIndexes(client, run, ROWS);
      await client.query(LEVELS);
      await client.query(`SELECT setval('order_number_seq', ${orders} + 1000)`);
      for (const statement of UNFINISHED)
        await client.query(statement.replaceAll('$1', `'${now.toISOString()}'::timestamptz`));
      await client.query('DROP TABLE past');
      await tidy(client, run);
      await requireLaws(run);
    } finally {
      await client.end();
    }
  });
}

/** As autovacuum has left a database by then. */
async function tidy(client: Client, run: Run): Promise<void> {
  const { rows } = await client.query("SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public'");
  await run(rows.map(({ name }) => `VACUUM (ANALYZE) ${name}`));
  await client.query('CHECKPOINT');
}

/** What the trigger on movements would have added up. */
const LEVELS = `
  BEGIN; SET LOCAL session_replication_role = 'replica';
  UPDATE stock_levels s SET on_hand = m.on_hand, held = m.held
  FROM (SELECT sku, sum(on_hand_delta) AS on_hand, sum(held_delta) AS held FROM stock_movements GROUP BY sku) m WHERE m.sku = s.sku;
  COMMIT`;

/** What is not over yet: the same few in every history, by the age of their orders. With every trigger. */
const UNFINISHED = [
  `INSERT INTO disputes (id, session_id, charge_id, payment_intent_id, status, reason, amount, currency, open, due_by, created_at, updated_at)
    SELECT 'du_1open' || age, session, charge, intent, 'needs_response', 'fraudulent', total, 'eur', true, $1::timestamptz + interval '7 days', later, later
    FROM past WHERE age BETWEEN 60 AND 62`,
  `INSERT INTO notices (id, kind, session_id, payment_intent, open, reason, created_at, updated_at)
    SELECT 'prv_1open' || age, 'review', session, intent, true, 'rule', paid_at, $1::timestamptz FROM past WHERE age BETWEEN 100 AND 101`,
  `UPDATE orders o SET attention_step = 'ship', attention_reason = 'the address is not complete', attention_since = $1
    FROM past p WHERE o.session_id = p.session AND p.age BETWEEN 200 AND 203`,
  `INSERT INTO refunds (key, origin, request_key, stripe_id, session_id, amount, currency, status, reason, actor, payment_status_before, created_at, updated_at)
    SELECT session || '/staff/2', 'STAFF', '2', 're_3open' || age, session, 100, 'eur', 'pending', 'other', 'staff', 'PAID', later, $1
    FROM past WHERE age BETWEEN 63 AND 64`,
  `UPDATE orders o SET refunded = 100, payment_status = 'PARTIALLY_REFUNDED', updated_at = $1
    FROM past p WHERE o.session_id = p.session AND p.age BETWEEN 63 AND 64`,
  `UPDATE orders o SET cancel_requested_at = $1, cancel_reason = 'customer' FROM past p WHERE o.session_id = p.session AND p.age = 300`,
  `UPDATE mails m SET status = 'WRITTEN', sent_at = NULL, provider_id = NULL, next_try_at = $1::timestamptz + interval '1 day'
    FROM past p WHERE m.key = 'order_received/' || p.session AND p.age BETWEEN 65 AND 66`,
];
