import type { Db } from '../database';
import { count } from './counters';

/** How many mails about expired checkouts one address gets in a day. */
const MOST_A_DAY = 5;
const DAY_MS = 24 * 3_600_000;

/**
 * Counts a mail about an expired checkout, and says whether it may be sent: anybody can start checkouts with somebody
 * else's address.
 * @param address a keyed hash of the address
 */
export async function mayRemind(db: Db, { address, at }: { address: string; at: Date }): Promise<boolean> {
  const { hits } = await count(db, { key: `reminders/${address}`, windowMs: DAY_MS, at });
  return hits <= MOST_A_DAY;
}
