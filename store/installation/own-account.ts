import type { Clock } from '../../platform/clock';
import type { AccountGuard } from '../../platform/stripe';
import type { KeySigns } from '../../platform/stripe-account';
import { latestSessions } from '../checkouts/latest';
import type { Db } from '../database';
import { readStripeAccount, rememberStripeAccount } from './account';

/** How long “another account” is believed before it is asked again. */
const FOREIGN_KEPT_MS = 10_000;
/** How many of the sessions made here Stripe must not know before the key counts as another account's. */
const SESSIONS_ASKED = 3;

type Whose = 'ours' | 'foreign' | 'unknown';

/**
 * Tells whether this process's key is of the account and mode that this installation has used from its first key on,
 * which is recorded here. A process keeps its key, so a key that is ours is asked about only once.
 */
export function ownAccount(db: Db, key: KeySigns, clock: Clock): AccountGuard {
  let isOurs = false;
  let foreignUntil = Number.NEGATIVE_INFINITY;
  return {
    async isForeign() {
      if (isOurs) return false;
      if (clock.now() < foreignUntil) return true;
      const whose = await whoseIs(db, key, new Date(clock.now()));
      isOurs = whose === 'ours';
      if (whose === 'foreign') foreignUntil = clock.now() + FOREIGN_KEPT_MS;
      return whose === 'foreign';
    },
  };
}

async function whoseIs(db: Db, key: KeySigns, at: Date): Promise<Whose> {
  const { whose, account } = await whoseKey(db, key);
  if (whose !== 'foreign') await rememberStripeAccount(db, { account: account ?? null, live: key.live, at });
  return whose;
}

/** Whose a key is, and the account that it says it is of. Records nothing. */
export async function whoseKey(db: Db, key: KeySigns): Promise<{ whose: Whose; account: string | null | undefined }> {
  const { account: known, live, since } = await readStripeAccount(db);
  if (live !== null && key.live !== null && live !== key.live) return { whose: 'foreign', account: undefined };
  const account = await key.account();
  if (account !== null && known !== null) return { whose: account === known ? 'ours' : 'foreign', account };
  const bySessions = account === undefined ? 'unknown' : await whoseBySessions(db, key, since);
  return { whose: account === null || bySessions === 'foreign' ? bySessions : 'ours', account };
}

/**
 * A restricted key may not be allowed to read its account. If it knows none of the last sessions made here, it is
 * another account's; one session alone may be forgotten.
 */
async function whoseBySessions(db: Db, key: KeySigns, since: Date | null): Promise<Whose> {
  const sessions = await latestSessions(db, { since, limit: SESSIONS_ASKED });
  for (const session of sessions) if (await key.knows(session)) return 'ours';
  return sessions.length > 1 ? 'foreign' : 'unknown';
}
