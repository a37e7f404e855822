import { strayCapture } from '../../domain/differences';
import { DISCREPANCY_KINDS, type Discrepancy, type DiscrepancyKind } from '../../domain/discrepancy';
import { Prisma } from '../../prisma/generated/client';
import { takeUnreportedStrays } from '../checkouts/unreported-strays';
import type { Db, Tx } from '../database';
import { ACCEPTED_AS_IT_IS, endAcceptances } from './acceptance';

/** How long a price difference found by a checkout stays open after it was last found. */
const PRICE_FORGOTTEN_MS = 86_400_000;

/** The kinds that the comparison of the ledger finds, and resolves once it no longer finds them. */
const COMPARED: DiscrepancyKind[] = [
  ...(['captured_without_order', 'paid_but_closed', 'amount_differs'] as const),
  ...(['refund_differs', 'payout_differs', 'missing_at_stripe'] as const),
];

/** Records what one page of a comparison has found. Safe to repeat. */
export async function recordDifferences(
  db: Db,
  { sweepId, found, at }: { sweepId: string; found: Discrepancy[]; at: Date },
): Promise<void> {
  if (found.length === 0) return;
  await db.$transaction(async (tx) => {
    await lockDiscrepancies(tx);
    await writeDiscrepancies(tx, { foundBy: sweepId, found, at });
  });
}

/**
 * Ends a comparison: records stray sessions that were not reported yet, and resolves what is gone: differences that no
 * page of this comparison found again, and price differences that no checkout has found for a day. Of what is gone, a
 * decision by staff is over, too.
 * Sweeps do not resolve those found by a checkout (`foundBy` null).
 * @param began no page was compared before this time
 */
export async function endComparison(
  db: Db,
  { sweepId, began, at }: { sweepId: string; began: Date; at: Date },
): Promise<void> {
  await db.$transaction(async (tx) => {
    await lockDiscrepancies(tx);
    const strays = await takeUnreportedStrays(tx, { at });
    await writeDiscrepancies(tx, { foundBy: sweepId, found: strays.map(strayCapture), at });
    await tx.discrepancy.updateMany({
      where: { resolvedAt: null, foundBy: { not: null }, kind: { in: COMPARED }, lastSeenAt: { lt: began } },
      data: { resolvedAt: at },
    });
    const forgotten = new Date(at.getTime() - PRICE_FORGOTTEN_MS);
    await tx.discrepancy.updateMany({
      where: { resolvedAt: null, foundBy: null, kind: 'amount_differs', lastSeenAt: { lt: forgotten } },
      data: { resolvedAt: at },
    });
    const gone = Prisma.sql`
      (found_by IS NOT NULL AND kind = ANY(${COMPARED}) AND last_seen_at < ${began})
      OR (found_by IS NULL AND kind = 'amount_differs' AND last_seen_at < ${forgotten})`;
    await endAcceptances(tx, { gone, at });
  });
}

/** Sweeps that end at once take turns, because each changes many rows. */
const lockDiscrepancies = (tx: Tx): Promise<unknown> =>
  tx.$executeRaw`SELECT pg_advisory_xact_lock(hashtextextended('discrepancies', 0))`;

/**
 * Writes discrepancies, each once by kind and reference. One that was resolved and has come back counts as new and is
 * reported again; one that is reported only once, or that staff have accepted as it is, stays as it is. Safe to repeat.
 * @param foundBy the sweep's id; null for a checkout
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
      told_once = excluded.told_once,
      resolved_at = CASE WHEN ${ACCEPTED_AS_IT_IS} THEN discrepancies.resolved_at ELSE excluded.resolved_at END,
      found_by = CASE WHEN ${GOES_ON} THEN discrepancies.found_by ELSE excluded.found_by END,
      first_seen_at = CASE WHEN ${GOES_ON} THEN discrepancies.first_seen_at ELSE excluded.first_seen_at END,
      report_key = CASE WHEN ${GOES_ON} THEN discrepancies.report_key END,
      reported_at = CASE WHEN ${GOES_ON} THEN discrepancies.reported_at END
    WHERE NOT discrepancies.told_once`;
}

/** What is found again was open all the time, or staff have closed it as it is. */
const GOES_ON = Prisma.sql`(discrepancies.resolved_at IS NULL OR ${ACCEPTED_AS_IT_IS})`;

/** Claims the open discrepancies of a kind that has a mail of its own and that staff were not told of. Sorted. */
export async function claimUntold(
  tx: Tx,
  { kind, reportKey, at }: { kind: DiscrepancyKind; reportKey: string; at: Date },
): Promise<string[]> {
  const rows = await tx.discrepancy.updateManyAndReturn({
    where: { kind, resolvedAt: null, reportKey: null },
    data: { reportKey, reportedAt: at },
    select: { reference: true },
  });
  return rows.map(({ reference }) => reference).sort();
}

/** Closes discrepancies of a kind that were put right, those that staff have accepted among them. Safe to repeat. */
export async function resolveDiscrepancies(
  db: Db | Tx,
  { kind, references, at }: { kind: DiscrepancyKind; references: string[]; at: Date },
): Promise<void> {
  await db.discrepancy.updateMany({
    where: { kind, reference: { in: references }, resolvedAt: null },
    data: { resolvedAt: at },
  });
  await endAcceptances(db, { gone: Prisma.sql`kind = ${kind} AND reference = ANY(${references})`, at });
}

/** Removes differences that were settled, and reported if they had to be, before a time. */
export async function removeSettled(db: Db, { before }: { before: Date }): Promise<void> {
  await db.discrepancy.deleteMany({
    where: {
      ...{ resolvedAt: { lt: before }, lastSeenAt: { lt: before } },
      OR: [{ toldOnce: false }, { reportKey: { not: null } }],
    },
  });
}

/**
 * Discrepancies that no mail has reported: still open, or reported only once. Products that are not for sale have a
 * mail of their own (`claimUntold`).
 */
const UNREPORTED = {
  ...{ reportKey: null, kind: { not: 'not_for_sale' } },
  OR: [{ resolvedAt: null }, { toldOnce: true }],
};

export const countUnreported = (db: Db): Promise<number> => db.discrepancy.count({ where: UNREPORTED });

export const countOpen = (db: Db): Promise<number> => db.discrepancy.count({ where: { resolvedAt: null } });

/** How many discrepancies of each kind are open. */
export async function countOpenByKind(db: Db): Promise<Record<DiscrepancyKind, number>> {
  const open = await db.discrepancy.groupBy({ by: ['kind'], where: { resolvedAt: null }, _count: { _all: true } });
  const countOf = (kind: DiscrepancyKind) => open.find((one) => one.kind === kind)?._count._all ?? 0;
  return Object.fromEntries(DISCREPANCY_KINDS.map((kind) => [kind, countOf(kind)])) as Record<DiscrepancyKind, number>;
}

/** A discrepancy in the form that is listed. */
export type ListedDiscrepancy = Pick<Discrepancy, 'kind' | 'reference' | 'detail'>;

/**
 * Claims everything unreported for the mail with this key, and for no other mail.
 * @returns how many there are, and the first `most` of them, sorted by kind, oldest first
 */
export async function claimUnreported(
  tx: Tx,
  { reportKey, most }: { reportKey: string; most: number },
): Promise<{ count: number; first: ListedDiscrepancy[] }> {
  await lockDiscrepancies(tx);
  const { count } = await tx.discrepancy.updateMany({ where: UNREPORTED, data: { reportKey } });
  if (count === 0) return { count, first: [] };
  const rows = await tx.discrepancy.findMany({
    where: { reportKey },
    orderBy: [{ kind: 'asc' }, { firstSeenAt: 'asc' }, { reference: 'asc' }],
    take: most,
  });
  return { count, first: rows.map(asListed) };
}

/** Records that the mail with this key was sent. */
export async function markReported(tx: Tx, { reportKey, at }: { reportKey: string; at: Date }): Promise<void> {
  await lockDiscrepancies(tx);
  await tx.discrepancy.updateMany({ where: { reportKey, reportedAt: null }, data: { reportedAt: at } });
}

/** Records that the mail with this key was given up. The next mail reports the same discrepancies. */
export async function freeClaimed(tx: Tx, reportKey: string): Promise<void> {
  await lockDiscrepancies(tx);
  await tx.discrepancy.updateMany({ where: { reportKey }, data: { reportKey: null } });
}

/**
 * What a sweep lists when it ends: open discrepancies, and those that only this sweep reports. Newest first, at most
 * 500.
 */
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
