import type { SessionId } from '../../domain/ids';
import type { OrderSnapshot } from '../../domain/order-snapshot';
import type { Opener } from '../../messages/order';
import type { Db } from '../database';
import type { MissingStock } from '../stock/inventory';
import { type SnapshotColumns, toSnapshot } from './snapshot';
import { readTold, type Told } from './told';

export interface OpenedOrder {
  /** Whether this call wrote the order. */
  fresh: boolean;
  order: OrderSnapshot;
  /** The missing lines; empty if everything is held, or nothing was to be held. */
  missing: MissingStock[];
}

/**
 * Opens the order of a checkout: always writes the order and its items at the requested prices, and holds the stock,
 * all or nothing. With `hold` false, nothing is held. A known order is returned as it is. Returns null if the session
 * has no checkout. One round trip, and for an order that was known another one, for what happened to it.
 */
export async function openOrder(
  db: Db,
  { sessionId, hold, openedBy, at }: { sessionId: SessionId; hold: boolean; openedBy?: Opener | undefined; at: Date },
): Promise<OpenedOrder | null> {
  const [{ opened }] = await db.$queryRaw<
    [{ opened: (Omit<OpenedOrder, 'order'> & { order: Omit<SnapshotColumns, keyof Told> }) | null }]
  >`
    SELECT open_order(${sessionId}, ${hold}, ${at}, ${openedBy ?? null}) AS opened`;
  if (opened === null) return null;
  const told = opened.fresh ? { refunds: [], told: [], tried: null } : await readTold(db, sessionId);
  return { ...opened, order: toSnapshot({ ...opened.order, ...told }) };
}
