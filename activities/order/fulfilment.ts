import type { SessionId } from '../../domain/ids';
import type { OrderStatus } from '../../domain/order';
import { completeOrder, readParcels, recordShipment, type Shipped } from '../../store/orders/shipments';
import type { Deps } from '../deps';

export interface ShipmentRequest {
  sessionId: SessionId;
  carrier: string;
  trackingNumber: string;
  trackingUrl?: string;
  /** None means all that is unshipped. */
  items?: { sku: string; quantity: number }[];
}

/** What leaves the house, and that it arrived. */
export const fulfilment = ({ db, clock }: Deps) => ({
  /** Records one parcel, whole or part of an order. The same carrier and number again changes nothing. */
  recordShipment: ({ trackingUrl, items, ...parcel }: ShipmentRequest): Promise<Shipped> =>
    recordShipment(db, {
      ...parcel,
      trackingUrl: trackingUrl ?? null,
      items: items ?? null,
      at: new Date(clock.now()),
    }),

  /** The parcels that left, by id, in the order in which they did. */
  readParcels: ({ sessionId }: { sessionId: SessionId }): Promise<string[]> => readParcels(db, sessionId),

  /** All of it arrived: reported by staff, or long enough ago. */
  completeOrder: ({
    sessionId,
    how,
  }: {
    sessionId: SessionId;
    how: 'delivered' | 'long-enough-ago';
  }): Promise<OrderStatus> =>
    completeOrder(db, { sessionId, reported: how === 'delivered', at: new Date(clock.now()) }),
});
