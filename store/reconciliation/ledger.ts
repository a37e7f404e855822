import type { LedgerDay, LedgerEntry } from '../../domain/ledger';
import type { Db } from '../database';

/** Stores ledger entries, each once. */
export async function keepEntries(db: Db, entries: LedgerEntry[]): Promise<void> {
  if (entries.length > 0) await db.ledgerEntry.createMany({ data: entries, skipDuplicates: true });
}

/** Records the session that a charge belongs to, or that it belongs to none. */
export async function traceEntry(
  db: Db,
  { id, sessionId, at }: { id: string; sessionId: string | null; at: Date },
): Promise<void> {
  await db.ledgerEntry.update({ where: { id }, data: { sessionId, tracedAt: at } });
}

/** The sums for yesterday and today (UTC). */
export const readLedgerDays = (db: Pick<Db, '$queryRaw'>, at: Date): Promise<LedgerDay[]> => db.$queryRaw<LedgerDay[]>`
  SELECT to_char(d.day, 'YYYY-MM-DD') AS day, d.currency, d.captured::float8, d.refunded::float8, d.disputed::float8, d.fees::float8,
    d.paid_out::float8 AS "paidOut", d.left_out::float8 AS "leftOut",
    d.orders_captured::float8 AS "ordersCaptured", d.orders_refunded::float8 AS "ordersRefunded"
  FROM ledger_days((${at}::timestamptz AT TIME ZONE 'UTC')::date - 1, (${at}::timestamptz AT TIME ZONE 'UTC')::date) d`;
