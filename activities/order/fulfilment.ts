import { randomUUID } from 'node:crypto';
import { whyNot } from '../../domain/actions';
import type { SessionId } from '../../domain/ids';
import { DECISIONS, type OrderStatus } from '../../domain/order';
import { changeOrder, type LockedOrder, lockKnownOrder, NO_ATTENTION } from '../../store/orders/records';
import { inventory } from '../../store/stock/inventory';
import type { Deps } from '../deps';

export interface ShipmentRequest {
  sessionId: SessionId;
  carrier: string;
  trackingNumber: string;
  trackingUrl?: string;
  /** None means all that is unshipped. */
  items?: { sku: string; quantity: number }[];
}

export type Shipped =
  | { outcome: 'shipped'; status: OrderStatus; shipmentId: string }
  /** More than is unshipped was asked for, or the order is not waiting to be shipped. */
  | { outcome: 'refused'; code: 'invalid_transition' | 'out_of_stock'; reason: string };

/** What leaves the house, and that it arrived. */
export const fulfilment = ({ db, clock }: Deps) => ({
  /** Records one parcel, whole or part of an order. The same carrier and number again changes nothing. */
  async recordShipment({ sessionId, carrier, trackingNumber, trackingUrl, items }: ShipmentRequest): Promise<Shipped> {
    const at = new Date(clock.now());
    return db.$transaction(async (tx) => {
      const order = await lockKnownOrder(tx, sessionId);
      const same = await tx.shipment.findUnique({
        where: { sessionId_carrier_trackingNumber: { sessionId, carrier, trackingNumber } },
      });
      if (same) return { outcome: 'shipped', status: order.status, shipmentId: same.id };
      const held = whyNot('ship', order);
      if (held) return { outcome: 'refused', code: 'invalid_transition', reason: held };
      const open = order.stock === 'RETURNED' ? unshipped(withoutRestock(order)) : unshipped(order);
      const parcel = items ?? open;
      const refusal = whyNotThisParcel(open, parcel);
      if (refusal) return { outcome: 'refused', code: 'invalid_transition', reason: refusal };
      if (order.stock === 'RETURNED') {
        const missing = await inventory.retake(tx, sessionId, givenBack(order), at);
        if (missing.length > 0)
          return { outcome: 'refused', code: 'out_of_stock', reason: 'The stock went back to the shelf, and is gone' };
      }

      const shipmentId = randomUUID();
      await tx.shipment.create({
        data: {
          id: shipmentId,
          sessionId,
          carrier,
          trackingNumber,
          trackingUrl: trackingUrl ?? null,
          items: parcel,
          shippedAt: at,
        },
      });
      for (const { sku, quantity } of parcel) {
        await tx.orderItem.update({
          where: { sessionId_sku: { sessionId, sku } },
          data: { shipped: { increment: quantity } },
        });
      }
      const left = count(open) - count(parcel);
      const status: OrderStatus = left === 0 ? 'SHIPPED' : 'PREPARING';
      const message = left === 0 ? `Shipped with ${carrier}` : `Shipped in part with ${carrier}; ${left} still to ship`;
      await changeOrder(
        tx,
        order,
        at,
        {
          status,
          stock: 'COMMITTED',
          // Who ships what a failed refund had given back has decided about that too.
          ...(order.attentionStep === DECISIONS.refundFailed && NO_ATTENTION),
        },
        { type: 'shipped', message, actor: 'staff', key: `shipped/${shipmentId}` },
      );
      return { outcome: 'shipped', status, shipmentId };
    });
  },

  /** All of it arrived: reported by staff, or long enough ago. */
  async completeOrder({
    sessionId,
    how,
  }: {
    sessionId: SessionId;
    how: 'delivered' | 'long-enough-ago';
  }): Promise<OrderStatus> {
    const at = new Date(clock.now());
    return db.$transaction(async (tx) => {
      const order = await lockKnownOrder(tx, sessionId);
      if (order.status !== 'SHIPPED') return order.status;
      if (how === 'delivered')
        await tx.shipment.updateMany({ where: { sessionId, deliveredAt: null }, data: { deliveredAt: at } });
      const message = how === 'delivered' ? 'Delivered' : 'Shipped long enough ago; taken as delivered';
      await changeOrder(
        tx,
        order,
        at,
        { status: 'COMPLETED' },
        { type: 'completed', message, actor: how === 'delivered' ? 'staff' : 'holdfast' },
      );
      return 'COMPLETED';
    });
  },
});

/** What of an order waits to be shipped: bought, not shipped, and not back on the shelf. */
const unshipped = (order: LockedOrder) =>
  order.items
    .filter(({ kind }) => kind === 'PHYSICAL')
    .map(({ sku, quantity, shipped, restocked }) => ({ sku, quantity: Math.max(0, quantity - shipped - restocked) }))
    .filter(({ quantity }) => quantity > 0);

/** What had been given back of goods that never left. */
const givenBack = (order: LockedOrder) =>
  order.items
    .map(({ sku, quantity, shipped, restocked }) => ({ sku, quantity: Math.min(restocked, quantity - shipped) }))
    .filter(({ quantity }) => quantity > 0);

const withoutRestock = (order: LockedOrder): LockedOrder => ({
  ...order,
  items: order.items.map((item) => ({
    ...item,
    restocked: Math.max(0, item.restocked - (item.quantity - item.shipped)),
  })),
});

function whyNotThisParcel(
  lines: { sku: string; quantity: number }[],
  parcel: { sku: string; quantity: number }[],
): string | null {
  if (count(parcel) === 0) return 'nothing is left to ship';
  const open = new Map(lines.map(({ sku, quantity }) => [sku, quantity]));
  for (const { sku, quantity } of parcel) {
    const left = (open.get(sku) ?? 0) - quantity;
    if (left < 0) return `${sku}: ${open.get(sku) ?? 0} unshipped, ${quantity} asked`;
    open.set(sku, left);
  }
  return null;
}

const count = (lines: { quantity: number }[]): number => lines.reduce((sum, { quantity }) => sum + quantity, 0);
