import { strayCapture } from '../../domain/differences';
import { DISCREPANCY_KINDS, type Discrepancy, type DiscrepancyKind } from '../../domain/discrepancy';
import { takeUnreportedStrays } from '../checkouts/unreported-strays';
import type { Db, Tx } from '../database';

/** How long a checkout's price that is not the catalogue's stays open after it was last met. */
const PRICE_FORGOTTEN_MS = 86_400_000;

/** What names a discrepancy. */
export type DiscrepancyRef = Pick<Discrepancy, 'kind' | 'reference'>;

/** What sweeps have found and is still open. What a checkout found (`foundBy` null) is not theirs to resolve. */
export async function openFoundBySweeps(db: Db): Promise<DiscrepancyRef[]> {
  const rows = await db.discrepancy.findMany({
    where: { resolvedAt: null, foundBy: { not: null } },
    select: { kind: true, reference: true },
  });
  return rows.map(({ kind, reference }) => ({ kind: kind as DiscrepancyKind, reference }));
}

/**
 * Records what one comparison has found, with the sessions that are not ours and were not reported yet, and resolves what is gone: of the
 * differences that were open before, those that were not found again, and prices that no checkout has met for a day.
 */
export async function recordComparison(
  db: Db,
  { sweepId, found, openBefore, at }: { sweepId: string; found: Discrepancy[]; openBefore: DiscrepancyRef[]; at: Date },
): Promise<void> {
  await db.$transaction(async (tx) => {
    await writeDiscrepancies(tx, { foundBy: sweepId, found, at });
    const strays = await takeUnreportedStrays(tx, { at });
    await writeDiscrepancies(tx, { foundBy: sweepId, found: strays.map(strayCapture), at });
    const still = new Set(found.map(keyOf));
    for (const { kind, reference } of openBefore.filter((one) => !still.has(keyOf(one))))
      await tx.discrepancy.update({ where: { kind_reference: { kind, reference } }, data: { resolvedAt: at } });
    await tx.discrepancy.updateMany({
      where: { resolvedAt: null, foundBy: null, lastSeenAt: { lt: new Date(at.getTime() - PRICE_FORGOTTEN_MS) } },
      data: { resolvedAt: at },
    });
  });
}

const keyOf = ({ kind, reference }: DiscrepancyRef): string => `${kind}/${reference}`;

/**
 * Writes discrepancies, each once by kind and reference. One that was resolved and is back is new again, and is reported again; what staff are
 * told once stays as it is. Safe to repeat.
 * @param foundBy the sweep; null: a checkout
 */
export async function writeDiscrepancies(
  db: Db | Tx,
  { foundBy, found, at }: { foundBy: string | null; found: Discrepancy[]; at: Date },
): Promise<void> {
  if (found.length === 0) return;
  await db.$executeRaw`
    INSERT INTO discrepancies
      (kind, reference, detail, currency, amount, told_once, found_by, first_seen_at, last_seen_at, resolved_at)
    SELECT DISTINCT ON (kind, reference) kind, reference, detail, currency, amount, "toldOnce", ${foundBy}::uuid, ${at}, ${at},
      CASE WHEN "toldOnce" THEN ${at}::timestamptz END
    FROM jsonb_to_recordset(${JSON.stringify(found)}::jsonb)
      AS f(kind text, reference text, detail text, currency text, amount bigint, "toldOnce" boolean)
    ON CONFLICT (kind, reference) DO UPDATE SET
      detail = excluded.detail, currency = excluded.currency, amount = excluded.amount, last_seen_at = excluded.last_seen_at,
      told_once = excluded.told_once, resolved_at = excluded.resolved_at,
      found_by = CASE WHEN discrepancies.resolved_at IS NULL THEN discrepancies.found_by ELSE excluded.found_by END,
      first_seen_at = CASE WHEN discrepancies.resolved_at IS NULL THEN discrepancies.first_seen_at ELSE excluded.first_seen_at END,
      report_key = CASE WHEN discrepancies.resolved_at IS NULL THEN discrepancies.report_key END,
      reported_at = CASE WHEN discrepancies.resolved_at IS NULL THEN discrepancies.reported_at END
    WHERE NOT discrepancies.told_once`;
}

/** What no mail has told staff of: it still stands, or they are told of it once. */
const UNREPORTED = { reportKey: null, OR: [{ resolvedAt: null }, { toldOnce: true }] };

export const countUnreported = (db: Db): Promise<number> => db.discrepancy.count({ where: UNREPORTED });

export const countOpen = (db: Db): Promise<number> => db.discrepancy.count({ where: { resolvedAt: null } });

/** How many discrepancies of each kind are open. */
export async function countOpenByKind(db: Db): Promise<Record<DiscrepancyKind, number>> {
  const open = await db.discrepancy.groupBy({ by: ['kind'], where: { resolvedAt: null }, _count: { _all: true } });
  const countOf = (kind: DiscrepancyKind) => open.find((one) => one.kind === kind)?._count._all ?? 0;
  return Object.fromEntries(DISCREPANCY_KINDS.map((kind) => [kind, countOf(kind)])) as Record<DiscrepancyKind, number>;
}

/** A discrepancy as staff read it. */
export type ListedDiscrepancy = Pick<Discrepancy, 'kind' | 'reference' | 'detail'>;

/** Claims everything unreported for the mail of this key, which is then in no other mail; kinds together, oldest first. */
export async function claimUnreported(tx: Tx, reportKey: string): Promise<ListedDiscrepancy[]> {
  const { count } = await tx.discrepancy.updateMany({ where: UNREPORTED, data: { reportKey } });
  if (count === 0) return [];
  const rows = await tx.discrepancy.findMany({
    where: { reportKey },
    orderBy: [{ kind: 'asc' }, { firstSeenAt: 'asc' }, { reference: 'asc' }],
  });
  return rows.map(asListed);
}

/** The mail of this key was sent. */
export async function markReported(tx: Tx, { reportKey, at }: { reportKey: string; at: Date }): Promise<void> {
  await tx.discrepancy.updateMany({ where: { reportKey, reportedAt: null }, data: { reportedAt: at } });
}

/** The mail of this key was given up: the next one tells what it was to tell. */
export async function freeClaimed(tx: Tx, reportKey: string): Promise<void> {
  await tx.discrepancy.updateMany({ where: { reportKey }, data: { reportKey: null } });
}

/** What a sweep lists when it ends: what is open, and what this sweep alone tells of; the newest first, 500 at most. */
export async function listForSweep(tx: Tx, sweepId: string): Promise<ListedDiscrepancy[]> {
  const rows = await tx.discrepancy.findMany({
    where: { OR: [{ resolvedAt: null }, { toldOnce: true, foundBy: sweepId }] },
    orderBy: [{ firstSeenAt: 'desc' }, { kind: 'asc' }, { reference: 'asc' }],
    take: MOST_LISTED,
  });
  return rows.map(asListed);
}

const MOST_LISTED = 500;

const asListed = ({ kind, reference, detail }: { kind: string; reference: string; detail: string }) => ({
  kind: kind as DiscrepancyKind,
  reference,
  detail,
});
