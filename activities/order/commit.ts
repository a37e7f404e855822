import { randomUUID } from 'node:crypto';
import type { SessionId } from '../../domain/ids';
import type { OrderStatus } from '../../domain/order';
import type { Env } from '../../platform/env';
import type { Tx } from '../../store/database';
import { changeOrder, isDigital, type LockedOrder, lockKnownOrder, stockLines } from '../../store/orders/records';
import { inventory, type MissingStock } from '../../store/stock/inventory';
import type { Deps } from '../deps';

/** The hold becomes a sale. */
export const commit = ({ db, clock, env }: Deps) => ({
  /**
   * Steps 4 and 5, in one transaction: turns the hold into a sale (or takes stock again when the hold is gone), grants the downloads, and
   * moves the order to where it rests: `COMPLETED` when all of it is digital, else `PREPARING`. Answers what is missing when there is none.
   */
  async commitOrder({
    sessionId,
  }: {
    sessionId: SessionId;
  }): Promise<{ status: OrderStatus; missing: MissingStock[] }> {
    const at = new Date(clock.now());
    return db.$transaction(async (tx) => {
      const order = await lockKnownOrder(tx, sessionId);
      if (order.status !== 'PENDING') return { status: order.status, missing: [] };
      const missing = await inventory.commit(tx, sessionId, stockLines(order.items), at);
      if (missing.length > 0) return { status: order.status, missing };
      await grantDownloads(tx, order, at, env);
      const status = isDigital(order.items) ? 'COMPLETED' : 'PREPARING';
      await changeOrder(
        tx,
        order,
        at,
        { status, stock: 'COMMITTED' },
        {
          type: 'committed',
          message:
            status === 'COMPLETED'
              ? 'Delivered: the downloads are granted'
              : 'Stock sold to this order; waiting to be shipped',
          actor: 'holdfast',
        },
      );
      return { status, missing };
    });
  },
});

async function grantDownloads(tx: Tx, order: LockedOrder, at: Date, env: Env): Promise<void> {
  const digital = order.items.filter(({ kind }) => kind === 'DIGITAL');
  if (digital.length === 0) return;
  await tx.downloadGrant.createMany({
    data: digital.map(({ sku }) => ({
      id: randomUUID(),
      sessionId: order.sessionId,
      sku,
      allowed: env.DOWNLOAD_LIMIT,
      expiresAt: new Date(at.getTime() + env.DOWNLOAD_TTL_SECONDS * 1000),
    })),
    skipDuplicates: true,
  });
}
