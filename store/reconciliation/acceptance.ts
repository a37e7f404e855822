import { createHash } from 'node:crypto';
import type { DiscrepancyKind } from '../../domain/discrepancy';
import { Prisma, type Discrepancy as Row } from '../../prisma/generated/client';
import type { Db, Tx } from '../database';

/** A discrepancy that staff have closed. */
export interface AcceptedDiscrepancy {
  id: string;
  kind: DiscrepancyKind;
  reference: string;
  detail: string;
  firstSeenAt: Date;
  acceptedAt: Date;
  acceptedBy: string;
  note: string;
}

/** The id by which staff name a discrepancy: the same for as long as it is known, however often it comes back. */
export const discrepancyId = ({ kind, reference }: Pick<Row, 'kind' | 'reference'>): string =>
  createHash('md5').update(`${kind}/${reference}`).digest('hex');

/**
 * Closes an open discrepancy as it stands, with the note of staff. One that is told of once counts as settled from the
 * start; the note can be put to it all the same.
 * @returns it; `closed` if it is not open any more; null if there is none with this id
 */
export async function acceptDiscrepancy(
  db: Db,
  { id, note, actor, at }: { id: string; note: string; actor: string; at: Date },
): Promise<AcceptedDiscrepancy | 'closed' | null> {
  const ofId = Prisma.sql`md5(kind || '/' || reference) = ${id}`;
  const [row] = await db.$queryRaw<Omit<AcceptedDiscrepancy, 'id' | 'note' | 'acceptedBy' | 'acceptedAt'>[]>`
    UPDATE discrepancies SET resolved_at = ${at}, accepted_at = ${at}, accepted_by = ${actor}, accepted_note = ${note}
    WHERE ${ofId} AND (resolved_at IS NULL OR (told_once AND accepted_at IS NULL))
    RETURNING kind, reference, detail, first_seen_at AS "firstSeenAt"`;
  if (row) return { ...row, id, acceptedAt: at, acceptedBy: actor, note };
  const known = await db.$queryRaw<unknown[]>`SELECT 1 FROM discrepancies WHERE ${ofId}`;
  return known.length > 0 ? 'closed' : null;
}

/**
 * Whether the discrepancy that is found again (`excluded`) is one that staff have accepted, and nothing about it has
 * changed. A price difference that checkouts find names the latest of them, so its amounts decide.
 */
export const ACCEPTED_AS_IT_IS = Prisma.sql`(
  discrepancies.accepted_at IS NOT NULL AND discrepancies.resolved_at = discrepancies.accepted_at
  AND discrepancies.amount IS NOT DISTINCT FROM excluded.amount
  AND discrepancies.currency IS NOT DISTINCT FROM excluded.currency
  AND (discrepancies.detail = excluded.detail OR (excluded.found_by IS NULL AND excluded.kind = 'amount_differs')))`;

/**
 * Ends acceptances of differences that are gone. Should one come back, it counts as new.
 * @param gone which of them, by the columns of their rows
 */
export async function endAcceptances(tx: Db | Tx, { gone, at }: { gone: Prisma.Sql; at: Date }): Promise<void> {
  await tx.$executeRaw`
    UPDATE discrepancies SET resolved_at = ${at}
    WHERE accepted_at IS NOT NULL AND resolved_at = accepted_at AND resolved_at < ${at} AND (${gone})`;
}
