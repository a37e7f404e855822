import type { Tx } from '../database';

/**
 * The goods are sent in place of refunds that failed, and of what Stripe refused when it was asked for them again:
 * nobody owes them any more.
 * @param failed their ids at Stripe
 */
export async function answerFailures(tx: Tx, failed: string[], at: Date): Promise<void> {
  await tx.refund.updateMany({
    where: { answeredAt: null, OR: [{ stripeId: { in: failed } }, { retryOf: { in: failed }, status: 'refused' }] },
    data: { answeredAt: at },
  });
}
