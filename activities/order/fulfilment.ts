import type { SessionId } from '../../domain/ids';
import type { OrderStatus } from '../../domain/order';
import { readActor } from '../../store/orders/request-actors';
import { completeOrder, readParcels, recordShipment, type Shipped } from '../../store/orders/shipments';
import type { Deps } from '../deps';

export interface ShipmentRequest {
  sessionId: SessionId;
  carrier: string;
  trackingNumber: string;
  trackingUrl?: string;
  /** Absent means everything that is unshipped. */
  items?: { sku: string; quantity: number }[];
  /** The key of the request, under which the database has the name of who made it. */
  by?: string;
}

/** Activities that record parcels and deliveries. */
export const fulfilment = ({ db, clock }: Deps) => ({
  /** Records one parcel, with all or part of an order. Repeating the same carrier and number changes nothing. */
  recordShipment: async ({ trackingUrl, items, by, ...parcel }: ShipmentRequest): Promise<Shipped> =>
    recordShipment(db, {
      ...parcel,
      trackingUrl: trackingUrl ?? null,
      items: items ?? null,
      actor: await readActor(db, { sessionId: parcel.sessionId, by }),
      at: new Date(clock.now()),
    }),

  /** The ids of the parcels, in the order in which they left. */
  readParcels: ({ sessionId }: { sessionId: SessionId }): Promise<string[]> => readParcels(db, sessionId),

  /** Completes an order that was delivered: reported by staff, or shipped long enough ago. */
  async completeOrder({
    sessionId,
    how,
    by,
  }: {
    sessionId: SessionId;
    how: 'delivered' | 'long-enough-ago';
    by?: string;
  }): Promise<OrderStatus> {
    const reportedBy = how === 'delivered' ? await readActor(db, { sessionId, by }) : null;
    return completeOrder(db, { sessionId, reportedBy, at: new Date(clock.now()) });
  },
});
