import type { SessionId } from '../../domain/ids';
import type { OrderStatus } from '../../domain/order';
import { commitOrder } from '../../store/orders/commit';
import type { MissingStock } from '../../store/stock/inventory';
import type { Deps } from '../deps';

/** The activity that turns a hold into a sale. */
export const commit = ({ db, clock, env, metrics }: Deps) => ({
  /**
   * Steps 4 and 5: turns the hold into a sale (or takes the stock again if the hold is gone), grants the downloads, and
   * sets the status: `COMPLETED` if everything is digital, otherwise `PREPARING`. Returns the missing lines if there is
   * not enough stock.
   */
  async commitOrder({
    sessionId,
  }: {
    sessionId: SessionId;
  }): Promise<{ status: OrderStatus; missing: MissingStock[] }> {
    const now = clock.now();
    const downloads = { allowed: env.DOWNLOAD_LIMIT, until: new Date(now + env.DOWNLOAD_TTL_SECONDS * 1000) };
    const { paidAt, first, ...committed } = await commitOrder(db, { sessionId, downloads, at: new Date(now) });
    if (first && paidAt) metrics.paidToCommitted.observe(Math.max(0, clock.now() - paidAt.getTime()) / 1000);
    return committed;
  },
});
