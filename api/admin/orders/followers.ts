import type { SessionId } from '../../../domain/ids';
import { retryStepUpdate } from '../../../messages/retry';
import { hasEnded, refusalOf } from '../../../platform/temporal-errors';
import { stuckFollowersOf } from '../../../store/orders/followers';
import type { ApiDeps } from '../../deps';
import { bounded, STAFF_PATIENCE_MS } from '../../order-workflow';
import { isLate } from '../../temporal-errors';

/**
 * `retry` of an order whose refund, dispute, review or warning is stuck beside it: whichever it is tries again now.
 * Returns false if nothing is; then the order's own workflow handles `retry`.
 */
export async function retryFollowers({ db, temporal }: ApiDeps, sessionId: SessionId): Promise<boolean> {
  const ids = await stuckFollowersOf(db, sessionId);
  await Promise.all(
    ids.map(async (id) => {
      try {
        await bounded(temporal, STAFF_PATIENCE_MS, () =>
          temporal.workflow.getHandle(id).executeUpdate(retryStepUpdate),
        );
      } catch (error) {
        // A follower that has ended, or has nothing to retry, is not stuck.
        if (!isLate(error) && !hasEnded(error) && refusalOf(error) === null) throw error;
      }
    }),
  );
  return ids.length > 0;
}
