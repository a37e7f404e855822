import type { Db } from '../database';
import { type CheckoutRecord, findCheckout } from './checkouts';

/** An Idempotency-Key as it is stored. Key and body are hashed, because a key may contain anything. */
export interface CheckoutKey {
  keyHash: string;
  bodyHash: string;
}

/** A key that this request holds until it answers, or until `busyUntil`. */
export interface KeyClaim {
  keyHash: string;
  busyUntil: Date;
}

export type ClaimedKey =
  /** Claimed. `checkout` is the unfinished checkout of an earlier request with this key, if there is one. */
  | { state: 'ours'; claim: KeyClaim; checkout: CheckoutRecord | null }
  /** Another request with this key is in progress. */
  | { state: 'busy' }
  | { state: 'answered'; checkout: CheckoutRecord }
  /** The key was used with a different body. */
  | { state: 'reused' };

/** Claims a key until `busyUntil` if it is free, is older than `keptSince`, or its holder has died. */
export async function claimKey(
  db: Db,
  {
    key: { keyHash, bodyHash },
    busyUntil,
    keptSince,
    at,
  }: { key: CheckoutKey; busyUntil: Date; keptSince: Date; at: Date },
): Promise<ClaimedKey> {
  const [taken] = await db.$queryRaw<{ checkout_id: string | null }[]>`
    INSERT INTO checkout_keys AS k (key_hash, body_hash, busy_until, created_at) VALUES (${keyHash}, ${bodyHash}, ${busyUntil}, ${at})
    ON CONFLICT (key_hash) DO UPDATE SET
      body_hash = excluded.body_hash,
      busy_until = excluded.busy_until,
      checkout_id = CASE WHEN k.created_at <= ${keptSince} THEN NULL ELSE k.checkout_id END,
      created_at = CASE WHEN k.created_at <= ${keptSince} THEN excluded.created_at ELSE k.created_at END
    WHERE k.created_at <= ${keptSince} OR (k.body_hash = excluded.body_hash AND k.busy_until <= ${at})
    RETURNING checkout_id`;
  if (taken) {
    const checkout = taken.checkout_id === null ? null : await findCheckout(db, taken.checkout_id);
    return { state: 'ours', claim: { keyHash, busyUntil }, checkout };
  }
  const held = await db.checkoutKey.findUnique({ where: { keyHash } });
  if (held && held.bodyHash !== bodyHash) return { state: 'reused' };
  const checkout = held?.busyUntil === null && held.checkoutId ? await findCheckout(db, held.checkoutId) : null;
  return checkout ? { state: 'answered', checkout } : { state: 'busy' };
}

/** Whether a request with this key has come before. Its answer, its failure or its age may make it free again. */
export async function isKeyKnown(db: Db, { keyHash }: Pick<CheckoutKey, 'keyHash'>): Promise<boolean> {
  return (await db.checkoutKey.count({ where: { keyHash } })) > 0;
}

/** Records the checkout that answers a claim. From now on, the key gives the same answer. */
export async function settleKey(db: Db, claim: KeyClaim, { checkoutId }: { checkoutId: string }): Promise<void> {
  await db.checkoutKey.updateMany({ where: claim, data: { checkoutId, busyUntil: null } });
}

/** Frees a key after a failure. Failures are not remembered. */
export async function releaseKey(db: Db, claim: KeyClaim): Promise<void> {
  await db.checkoutKey.deleteMany({ where: claim });
}

/**
 * Lets the next claim start afresh. If several requests found the same ended checkout, one gets the key and the others
 * wait for it.
 */
export async function reopenKey(
  db: Db,
  { keyHash, checkoutId, at }: { keyHash: string; checkoutId: string; at: Date },
): Promise<void> {
  await db.checkoutKey.updateMany({
    where: { keyHash, checkoutId, busyUntil: null },
    data: { checkoutId: null, busyUntil: at },
  });
}

/** Removes the keys created before a time. */
export async function forgetKeys(db: Db, { before }: { before: Date }): Promise<void> {
  await db.checkoutKey.deleteMany({ where: { createdAt: { lt: before } } });
}
