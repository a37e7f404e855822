import type { Db } from '../database';

/**
 * Removes notices that concern no order of ours, as of the declined cards of another shop on the account, once they are
 * older than a time. A payout is kept: the ledger is compared with it.
 */
export async function removeForeignNotices(db: Db, { before }: { before: Date }): Promise<void> {
  await db.notice.deleteMany({
    where: { sessionId: null, open: false, kind: { not: 'payout' }, updatedAt: { lt: before } },
  });
}
