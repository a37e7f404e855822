import type { SessionId } from '../../domain/ids';
import type { OrderSnapshot } from '../../domain/order-snapshot';
import type { Db } from '../database';
import type { MissingStock } from '../stock/inventory';
import { type SnapshotColumns, toSnapshot } from './snapshot';

export interface OpenedOrder {
  /** Whether this call wrote the order. */
  fresh: boolean;
  order: OrderSnapshot;
  /** What could not be had; empty when all of it is held, or nothing was to be held. */
  missing: MissingStock[];
}

/**
 * Opens the order of a checkout: the order and its items at the prices asked, always; the holds, all or nothing. With
 * `hold` false nothing is put aside. A known order is answered as it stands. Null: nothing was asked of Stripe under
 * this session's id. One round trip.
 */
export async function openOrder(
  db: Db,
  { sessionId, hold, at }: { sessionId: SessionId; hold: boolean; at: Date },
): Promise<OpenedOrder | null> {
  const [{ opened }] = await db.$queryRaw<
    [{ opened: (Omit<OpenedOrder, 'order'> & { order: SnapshotColumns }) | null }]
  >`
    SELECT open_order(${sessionId}, ${hold}, ${at}) AS opened`;
  return opened && { ...opened, order: toSnapshot(opened.order) };
}
