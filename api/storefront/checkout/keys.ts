import { createHash } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { Problem } from '../../../domain/problem';
import type { Checkout } from '../../../prisma/generated/client';
import type { ApiDeps } from '../../deps';
import type { OpenedCheckout } from './attempt';

/** What makes a repeat recognisable: both hashed, for a key may be anything. */
export interface Key {
  keyHash: string;
  bodyHash: string;
}

export const keyOf = (key: string, body: unknown): Key => ({
  keyHash: sha256(key),
  bodyHash: sha256(JSON.stringify(body)),
});

export interface Steps {
  /** The answer again; null when it is not to be given again. */
  again(checkout: Checkout): Promise<OpenedCheckout | null>;
  /** Goes on where a process died without answering; null when there is nothing to go on with. */
  resume(checkout: Checkout): Promise<OpenedCheckout | null>;
  /** A new attempt. Calls `written` once it stands in the database. */
  start(written: (checkoutId: string) => Promise<void>): Promise<OpenedCheckout>;
}

type KeyDeps = Pick<ApiDeps, 'db' | 'clock'>;

const KEPT_MS = 24 * 3_600_000;
/** An attempt answers within 10 s; one that has not by then is dead. */
const BUSY_MS = 12_000;
/** How long a repeat waits for the first, and how often it looks. */
const WAIT_MS = 9_000;
const LOOK_MS = 100;

/**
 * Runs a checkout at most once under a key: a repeat waits while the first is under way and gets its answer, a dead one is gone on with,
 * a failed one is forgotten.
 * @throws 409 `idempotency_key_reused` when the key was used with another body; 503 `unavailable` when the first takes too long
 */
export async function underKey(deps: KeyDeps, key: Key, began: number, steps: Steps): Promise<OpenedCheckout> {
  for (;;) {
    const claim = await claimKey(deps, key);
    if (claim.state === 'busy') {
      if (performance.now() > began + WAIT_MS)
        throw new Problem('unavailable', 'The first request with this key is still under way. Try again.', {
          retryAfter: 2,
        });
      await pause(LOOK_MS);
    } else if (claim.state === 'answered') {
      const answer = await steps.again(claim.checkout);
      if (answer) return answer;
      await reopen(deps, key, claim.checkout.id);
    } else {
      return await run(deps, key, claim, steps);
    }
  }
}

/** Removes keys that are no longer kept. */
export async function forgetOldKeys({ db, clock }: KeyDeps): Promise<void> {
  await db.checkoutKey.deleteMany({ where: { createdAt: { lt: new Date(clock.now() - KEPT_MS) } } });
}

type Ours = { state: 'ours'; busyUntil: Date; checkout: Checkout | null };
type Claim = Ours | { state: 'busy' } | { state: 'answered'; checkout: Checkout };

/** Takes the key if it is free, too old, or its holder is dead. */
async function claimKey({ db, clock }: KeyDeps, { keyHash, bodyHash }: Key): Promise<Claim> {
  const now = new Date(clock.now());
  const busyUntil = new Date(clock.now() + BUSY_MS);
  const old = new Date(clock.now() - KEPT_MS);
  const [taken] = await db.$queryRaw<{ checkout_id: string | null }[]>`
    INSERT INTO checkout_keys AS k (key_hash, body_hash, busy_until, created_at) VALUES (${keyHash}, ${bodyHash}, ${busyUntil}, ${now})
    ON CONFLICT (key_hash) DO UPDATE SET
      body_hash = excluded.body_hash,
      busy_until = excluded.busy_until,
      checkout_id = CASE WHEN k.created_at <= ${old} THEN NULL ELSE k.checkout_id END,
      created_at = CASE WHEN k.created_at <= ${old} THEN excluded.created_at ELSE k.created_at END
    WHERE k.created_at <= ${old} OR (k.body_hash = excluded.body_hash AND k.busy_until <= ${now})
    RETURNING checkout_id`;
  if (taken)
    return { state: 'ours', busyUntil, checkout: taken.checkout_id ? await find(db, taken.checkout_id) : null };

  const held = await db.checkoutKey.findUnique({ where: { keyHash } });
  if (held && held.bodyHash !== bodyHash)
    throw new Problem('idempotency_key_reused', 'This key was used for another cart. Use a new key.');
  const checkout = held?.busyUntil === null && held.checkoutId ? await find(db, held.checkoutId) : null;
  return checkout ? { state: 'answered', checkout } : { state: 'busy' };
}

async function run(
  { db }: KeyDeps,
  { keyHash }: Key,
  { checkout, busyUntil }: Ours,
  steps: Steps,
): Promise<OpenedCheckout> {
  const mine = { keyHash, busyUntil };
  try {
    const written = async (checkoutId: string) =>
      void (await db.checkoutKey.updateMany({ where: mine, data: { checkoutId } }));
    const opened = (checkout && !checkout.failedAt && (await steps.resume(checkout))) || (await steps.start(written));
    await db.checkoutKey.updateMany({ where: mine, data: { checkoutId: opened.checkoutId, busyUntil: null } });
    return opened;
  } catch (error) {
    // Failures are not remembered. Where this fails too, the key frees itself in a few seconds.
    await db.checkoutKey.deleteMany({ where: mine }).catch(() => {});
    throw error;
  }
}

/** Lets the next claim start anew: of those who saw the same ended checkout, one gets the key and the others wait for it. */
async function reopen({ db, clock }: KeyDeps, { keyHash }: Key, checkoutId: string): Promise<void> {
  await db.checkoutKey.updateMany({
    where: { keyHash, checkoutId, busyUntil: null },
    data: { checkoutId: null, busyUntil: new Date(clock.now()) },
  });
}

const find = (db: ApiDeps['db'], id: string): Promise<Checkout | null> => db.checkout.findUnique({ where: { id } });

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');
