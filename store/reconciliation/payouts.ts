import type { Db } from '../database';
import type { Span } from './scope';

/** A payout, as it is at Stripe. */
export interface SeenPayout {
  id: string;
  currency: string;
  amount: number;
  /** Stripe's status. */
  status: string;
  automatic: boolean;
  arrivalAt: Date;
  createdAt: Date;
  /** The sum of the balance transactions that it pays out; null until Stripe has listed them. */
  transactions: number | null;
}

/** Records a payout. A known sum is kept. Safe to repeat. */
export async function recordPayout(
  db: Db,
  { at, payout: { id, createdAt, transactions, ...payout } }: { at: Date; payout: SeenPayout },
): Promise<void> {
  const seen = { ...payout, ...(transactions !== null && { transactions, checkedAt: at }), updatedAt: at };
  await db.payout.upsert({ where: { id }, create: { id, createdAt, ...seen }, update: seen });
}

/**
 * Payouts to read at Stripe, at most `limit`: those that moved in a span of time and are not known yet and, when all
 * are asked for, those that did not add up when they were last read and those of the last month whose transactions
 * Stripe had not listed yet. Those that were read longest ago come first.
 */
export async function payoutsToRead(
  db: Db,
  { since, until, all, limit }: Span & { all: boolean; limit: number },
): Promise<string[]> {
  const rows = await db.$queryRaw<{ id: string }[]>`
    SELECT id FROM (
      SELECT DISTINCT e.source AS id, NULL::timestamptz AS read_at FROM ledger_entries e LEFT JOIN payouts p ON p.id = e.source
      WHERE e.at BETWEEN ${since} AND ${until} AND e.category = 'payout' AND e.source IS NOT NULL AND p.id IS NULL
      UNION ALL SELECT id, updated_at FROM payouts WHERE ${all} AND transactions <> amount
      UNION ALL SELECT id, updated_at FROM payouts
        WHERE ${all} AND automatic AND transactions IS NULL AND created_at > ${until}::timestamptz - interval '30 days'
    ) unread ORDER BY read_at NULLS FIRST, id LIMIT ${limit}`;
  return rows.map(({ id }) => id);
}
