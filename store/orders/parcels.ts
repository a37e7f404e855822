import type { SessionId } from '../../domain/ids';
import type { OrderStatus } from '../../domain/order';
import type { Db } from '../database';

/** Where an order stands that has a parcel with this carrier and tracking number; null when it has no such parcel. */
export async function statusWithParcel(
  db: Db,
  { sessionId, carrier, trackingNumber }: { sessionId: SessionId; carrier: string; trackingNumber: string },
): Promise<OrderStatus | null> {
  const parcel = await db.shipment.findUnique({
    where: { sessionId_carrier_trackingNumber: { sessionId, carrier, trackingNumber } },
    select: { order: { select: { status: true } } },
  });
  return parcel?.order.status ?? null;
}

/** Those of these parcels that are not recorded here. */
export async function unknownParcels<T extends { carrier: string; trackingNumber: string }>(
  db: Db,
  sessionId: SessionId,
  parcels: readonly T[],
): Promise<T[]> {
  const known = await db.shipment.findMany({ where: { sessionId }, select: { carrier: true, trackingNumber: true } });
  return parcels.filter(
    (one) =>
      !known.some(({ carrier, trackingNumber }) => carrier === one.carrier && trackingNumber === one.trackingNumber),
  );
}
