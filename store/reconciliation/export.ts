import type { Db } from '../database';

/** How many balance transactions are in memory at a time. */
const PAGE = 1_000;

/** One of Stripe's balance transactions, with the order that it is about. */
export interface ExportedEntry {
  id: string;
  at: Date;
  /** charge, refund, dispute, payout, fee or other. */
  category: string;
  /** Stripe's own word. */
  type: string;
  /** The charge, refund, dispute or payout. */
  source: string | null;
  paymentIntentId: string | null;
  /** Of its order; where there is none, of the session that Stripe named. */
  sessionId: string | null;
  number: string | null;
  currency: string;
  /** Negative when money leaves. */
  amount: number;
  settledCurrency: string;
  /** The change of the balance, before the fee. */
  settled: number;
  fee: number;
}

/**
 * The balance transactions of a period, as far as sweeps have recorded them, oldest first, in pages by keyset. The next
 * page is read when it is asked for.
 * @param until the first moment after the period
 */
export async function* exportLedger(
  db: Db,
  { since = new Date(0), until = new Date(FAR_AWAY) }: { since?: Date | undefined; until?: Date | undefined },
): AsyncGenerator<ExportedEntry[], void> {
  let [at, id] = [since, ''];
  for (;;) {
    const page = await db.$queryRaw<ExportedEntry[]>`
      SELECT e.id, e.at, e.category, e.type, e.source, e.payment_intent_id AS "paymentIntentId",
        coalesce(o.session_id, e.session_id) AS "sessionId", o.number, e.currency, e.amount::float8,
        e.settled_currency AS "settledCurrency", e.settled::float8, e.fee::float8
      FROM (
        SELECT * FROM ledger_entries WHERE at >= ${at} AND at < ${until} AND (at, id) > (${at}, ${id})
        ORDER BY at, id LIMIT ${PAGE}
      ) e LEFT JOIN orders o ON o.payment_intent_id = e.payment_intent_id
      ORDER BY e.at, e.id`;
    if (page.length > 0) yield page;
    const last = page.at(-1);
    if (last === undefined || page.length < PAGE) return;
    [at, id] = [last.at, last.id];
  }
}

const FAR_AWAY = Date.parse('9999-01-01T00:00:00Z');
