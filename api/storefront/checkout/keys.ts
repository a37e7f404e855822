import { setTimeout as pause } from 'node:timers/promises';
import { Problem } from '../../../domain/problem';
import { sha256 } from '../../../platform/sha256';
import type { CheckoutRecord } from '../../../store/checkouts/checkouts';
import {
  type CheckoutKey,
  claimKey,
  forgetKeys,
  type KeyClaim,
  releaseKey,
  reopenKey,
  settleKey,
} from '../../../store/checkouts/keys';
import type { ApiDeps } from '../../deps';
import type { OpenedCheckout } from './attempt';

/** Identifies a repeat: the hashes of the key and of the request. */
export const keyOf = (key: string, body: unknown): CheckoutKey => ({
  keyHash: sha256(key),
  bodyHash: sha256(JSON.stringify(body)),
});

export interface Steps {
  /** The same response again; null when a new attempt is needed instead. */
  again(checkout: CheckoutRecord): Promise<OpenedCheckout | null>;
  /** Continues a checkout whose process died without answering; null when it cannot be continued. */
  resume(checkout: CheckoutRecord): Promise<OpenedCheckout | null>;
  /** Makes a new attempt, under the claim of its key if it has one. */
  start(claim: KeyClaim | null): Promise<OpenedCheckout>;
}

type KeyDeps = Pick<ApiDeps, 'db' | 'clock'>;

const KEPT_MS = 24 * 3_600_000;
/** An attempt answers within 10 s. One that has not answered by now is dead. */
const BUSY_MS = 12_000;
/** How long a repeat waits for the first request, and its pauses between two checks: each longer than the last. */
const WAIT_MS = 9_000;
const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 800;

/**
 * Runs a checkout at most once per key. A repeat waits while the first request is under way, and gets the same
 * response. A dead one is continued; a failed one is forgotten.
 * @throws 409 `idempotency_key_reused` when the key was used with another body; 503 `unavailable` when the first
 *   takes too long
 */
export async function underKey(
  { db, clock }: KeyDeps,
  key: CheckoutKey,
  began: number,
  steps: Steps,
): Promise<OpenedCheckout> {
  for (let wait = FIRST_PAUSE_MS; ; ) {
    const now = clock.now();
    const claimed = await claimKey(db, {
      key,
      busyUntil: new Date(now + BUSY_MS),
      keptSince: new Date(now - KEPT_MS),
      at: new Date(now),
    });
    switch (claimed.state) {
      case 'reused':
        throw new Problem('idempotency_key_reused', 'This key was used for another cart. Use a new key.');
      case 'busy':
        if (performance.now() > began + WAIT_MS)
          throw new Problem('unavailable', 'The first request with this key is still under way. Try again.', {
            retryAfter: 2,
          });
        await pause(wait);
        wait = Math.min(wait * 1.5, LONGEST_PAUSE_MS);
        break;
      case 'answered': {
        const answer = await steps.again(claimed.checkout);
        if (answer) return answer;
        await reopenKey(db, { keyHash: key.keyHash, checkoutId: claimed.checkout.id, at: new Date(clock.now()) });
        break;
      }
      default:
        return await run(db, claimed, steps);
    }
  }
}

/** Removes keys that are no longer kept. */
export const forgetOldKeys = ({ db, clock }: KeyDeps): Promise<void> =>
  forgetKeys(db, { before: new Date(clock.now() - KEPT_MS) });

async function run(
  db: ApiDeps['db'],
  { claim, checkout }: { claim: KeyClaim; checkout: CheckoutRecord | null },
  steps: Steps,
): Promise<OpenedCheckout> {
  try {
    const opened = (checkout && !checkout.failed && (await steps.resume(checkout))) || (await steps.start(claim));
    await settleKey(db, claim, opened);
    return opened;
  } catch (error) {
    // Failures are not remembered. If this fails too, the claim expires in a few seconds.
    await releaseKey(db, claim).catch(() => {});
    throw error;
  }
}
