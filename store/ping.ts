import type { Db } from './database';

/** Rejects unless the database answers and has been migrated. Takes no lock, so that no migration delays it. */
export async function ping(db: Db): Promise<void> {
  const [{ migrated }] = await db.$queryRaw<[{ migrated: boolean }]>`
    SELECT to_regclass('orders') IS NOT NULL AS migrated`;
  if (!migrated) throw new Error('the database has no tables: run `npm run db:migrate`');
}
