import type { Prisma } from '../../prisma/generated/client';
import type { Db } from '../database';

/** The right to download one digital item of an order. */
export interface DownloadGrant {
  id: string;
  sku: string;
  expiresAt: Date;
  allowed: number;
  used: number;
  lastUseAt: Date | null;
  revokedAt: Date | null;
  /** A lost dispute revoked it, and nothing else. */
  revokedByDispute: boolean;
}

/** Whether a grant is one of a file: of a product with licence keys alone nothing is downloaded. */
export const hasFile = ({ allowed }: { allowed: number }): boolean => allowed > 0;

/** The grants of what the customer has, which nobody takes back: the file was downloaded, or keys were issued. */
export const DELIVERED = { OR: [{ used: { gt: 0 } }, { keys: { some: {} } }] } satisfies Prisma.DownloadGrantWhereInput;

/** Reads a grant; null when there is none. */
export const findGrant = (db: Db, { id }: { id: string }): Promise<DownloadGrant | null> =>
  db.downloadGrant.findUnique({ where: { id } });

/**
 * Counts a use, in one statement: of many at once, no more than are allowed. False when the grant is used up, revoked
 * or expired.
 */
export async function countUse(db: Db, { id, at }: { id: string; at: Date }): Promise<boolean> {
  const counted = await db.$executeRaw`
    UPDATE download_grants SET used = used + 1, last_use_at = ${at}
    WHERE id = ${id}::uuid AND used < allowed AND revoked_at IS NULL AND expires_at > ${at}`;
  return counted === 1;
}
