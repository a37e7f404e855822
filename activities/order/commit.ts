import type { SessionId } from '../../domain/ids';
import type { OrderStatus } from '../../domain/order';
import { commitOrder } from '../../store/orders/commit';
import type { MissingStock } from '../../store/stock/inventory';
import type { Deps } from '../deps';

/** The hold becomes a sale. */
export const commit = ({ db, clock, env }: Deps) => ({
  /**
   * Steps 4 and 5: turns the hold into a sale (or takes stock again when the hold is gone), grants the downloads, and
   * moves the order to where it rests: `COMPLETED` when all of it is digital, else `PREPARING`. Answers what is
   * missing when there is none.
   */
  commitOrder({ sessionId }: { sessionId: SessionId }): Promise<{ status: OrderStatus; missing: MissingStock[] }> {
    const now = clock.now();
    const until = new Date(now + env.DOWNLOAD_TTL_SECONDS * 1000);
    return commitOrder(db, { sessionId, downloads: { allowed: env.DOWNLOAD_LIMIT, until }, at: new Date(now) });
  },
});
