import type { Db } from '../database';
import type { Span } from './differences';

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
 * Payouts that moved in a span of time and are not known yet, and those that did not add up when they were last read.
 */
export async function payoutsToRead(db: Db, { since, until }: Span): Promise<string[]> {
  const rows = await db.$queryRaw<{ id: string }[]>`
    SELECT DISTINCT e.source AS id FROM ledger_entries e LEFT JOIN payouts p ON p.id = e.source
    WHERE e.at BETWEEN ${since} AND ${until} AND e.category = 'payout' AND e.source IS NOT NULL AND p.id IS NULL
    UNION SELECT id FROM payouts WHERE transactions <> amount`;
  return rows.map(({ id }) => id);
}
