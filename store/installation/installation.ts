import type { Db } from '../database';

/** Answers the id of this installation, which is in the metadata of every session made here. */
export type Installation = () => Promise<string>;

/**
 * Tells this installation from others on the same Stripe account: by its name in the configuration, else by the id that
 * the database was given when it was made. Read once for a process; a read that failed is tried again.
 */
export function installationOf(db: Db, configured: string | undefined): Installation {
  let known = configured;
  return async () => {
    known ??= (await db.installation.findFirstOrThrow({ select: { id: true } })).id;
    return known;
  };
}
