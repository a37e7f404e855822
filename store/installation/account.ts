import type { Db } from '../database';

/** The Stripe account and mode that this installation uses. */
export interface StripeAccountRecord {
  /** `acct_…`; null while no key could read its account. */
  account: string | null;
  /** Null if the key did not show its mode. */
  live: boolean | null;
  /** Since when; null before the first key. */
  since: Date | null;
}

export async function readStripeAccount(db: Db): Promise<StripeAccountRecord> {
  const { stripeAccount, stripeLive, stripeSince } = await db.installation.findFirstOrThrow();
  return { account: stripeAccount, live: stripeLive, since: stripeSince };
}

interface Noted {
  account: string | null;
  live: boolean | null;
  at: Date;
}

/** Records the account and mode of a key. What is known already stays. Safe to repeat. */
export async function rememberStripeAccount(db: Db, { account, live, at }: Noted): Promise<void> {
  if (account !== null)
    await db.installation.updateMany({ where: { stripeAccount: null }, data: { stripeAccount: account } });
  if (live !== null) await db.installation.updateMany({ where: { stripeLive: null }, data: { stripeLive: live } });
  await db.installation.updateMany({ where: { stripeSince: null }, data: { stripeSince: at } });
}

/** Records that from now on another account or mode is used. */
export async function changeStripeAccount(db: Db, { account, live, at }: Noted): Promise<void> {
  await db.installation.updateMany({ data: { stripeAccount: account, stripeLive: live, stripeSince: at } });
}
