import type { SessionId } from '../../domain/ids';
import type { OrderStatus } from '../../domain/order';
import { completeOrder, readParcels, recordShipment, type Shipped } from '../../store/orders/shipments';
import type { Deps } from '../deps';

export interface ShipmentRequest {
  sessionId: SessionId;
  carrier: string;
  trackingNumber: string;
  trackingUrl?: string;
  /** Absent means everything that is unshipped. */
  items?: { sku: string; quantity: number }[];
}

/** Activities that record parcels and deliveries. */
export const fulfilment = ({ db, clock }: Deps) => ({
  /** Records one parcel, with all or part of an order. Repeating the same carrier and number changes nothing. */
  recordShipment: ({ trackingUrl, items, ...parcel }: ShipmentRequest): Promise<Shipped> =>
    recordShipment(db, {
      ...parcel,
      trackingUrl: trackingUrl ?? null,
      items: items ?? null,
      at: new Date(clock.now()),
    }),

  /** The ids of the parcels, in the order in which they left. */
  readParcels: ({ sessionId }: { sessionId: SessionId }): Promise<string[]> => readParcels(db, sessionId),

  /** Completes an order that was delivered: reported by staff, or shipped long enough ago. */
  completeOrder: ({
    sessionId,
    how,
  }: {
    sessionId: SessionId;
    how: 'delivered' | 'long-enough-ago';
  }): Promise<OrderStatus> =>
    completeOrder(db, { sessionId, reported: how === 'delivered', at: new Date(clock.now()) }),
});
