import type { Db } from './database';

/** Rejects unless the database answers. */
export async function ping(db: Db): Promise<void> {
  await db.$queryRaw`SELECT 1`;
}
