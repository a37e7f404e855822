import type { Db, Tx } from '../database';
import { sqlState } from '../errors';

/** Keys of a product, as they were given. */
interface Keys {
  sku: string;
  keys: string[];
  actor: string;
  at: Date;
}

/** How many of them were changed; `held`: unpaid orders hold too many; null: the product has no stock any more. */
export type KeysChanged = number | 'held' | null;

/** Adds the keys that are not known yet, and as many units to what is on hand. Safe to repeat. One round trip. */
export async function addKeys(db: Db | Tx, { sku, keys, actor, at }: Keys): Promise<KeysChanged> {
  const [{ added }] = await db.$queryRaw<[{ added: number | null }]>`
    SELECT add_licence_keys(${sku}, ${keys}::text[], ${actor}, ${at}) AS added`;
  return added;
}

/**
 * Takes keys out of sale for good, all or none of those that were not issued. Issued and unknown ones stay as they are.
 * Safe to repeat. One round trip.
 */
export async function withdrawKeys(db: Db, { sku, keys, actor, at }: Keys): Promise<KeysChanged> {
  try {
    const [{ withdrawn }] = await db.$queryRaw<[{ withdrawn: number | null }]>`
      SELECT withdraw_licence_keys(${sku}, ${keys}::text[], ${actor}, ${at}) AS withdrawn`;
    return withdrawn;
  } catch (error) {
    if (sqlState(error) === CHECK_VIOLATION) return 'held'; // 0 <= held <= on_hand
    throw error;
  }
}

const CHECK_VIOLATION = '23514';

export interface StockedKey {
  /** Null: erased with its customer. */
  key: string | null;
  addedAt: Date;
  withdrawnAt: Date | null;
  /** The order that it was issued to. */
  issued: { number: string; at: Date; revokedAt: Date | null } | null;
}

/** The keys of a product that were added last, newest first, and how many there are of each kind. */
export async function readKeys(
  db: Db,
  { sku, limit }: { sku: string; limit: number },
): Promise<{ issued: number; withdrawn: number; keys: StockedKey[] }> {
  const rows = await db.licenceKey.findMany({
    where: { sku },
    include: { grant: { select: { revokedAt: true, order: { select: { number: true } } } } },
    orderBy: { id: 'desc' },
    take: limit,
  });
  return {
    issued: await db.licenceKey.count({ where: { sku, grantId: { not: null } } }),
    withdrawn: await db.licenceKey.count({ where: { sku, withdrawnAt: { not: null } } }),
    keys: rows.map(({ key, addedAt, withdrawnAt, issuedAt, grant }) => ({
      ...{ key, addedAt, withdrawnAt },
      issued: grant && issuedAt && { number: grant.order.number, at: issuedAt, revokedAt: grant.revokedAt },
    })),
  };
}

/** Removes the texts of an order's keys. That they were issued stays: they never are again. */
export async function forgetKeys(tx: Tx, { sessionId }: { sessionId: string }): Promise<void> {
  await tx.licenceKey.updateMany({ where: { grant: { sessionId } }, data: { key: null } });
}
