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
