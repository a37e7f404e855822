import type { ActionFacts } from '../../domain/action-facts';
import { whyNot, whyNotInStatus, whyNotWithFlags } from '../../domain/actions';
import { type Address, wholeAddress } from '../../domain/address';
import type { SessionId } from '../../domain/ids';
import { isFinal } from '../../domain/order';
import { type ParcelLine, takenAgain, unshipped } from '../../domain/parcel';
import type { Db } from '../database';
import { shipFacts } from './shipments';

/** What goes into a parcel, and where it goes. */
export interface Packing {
  number: string;
  orderedAt: Date;
  /** The shopper's; null where none is known. */
  locale: string | null;
  /** An address that is not known, or was erased, is null. Null: it has no goods, so nothing goes anywhere. */
  recipient: { name: string | null; address: Address | null } | null;
  lines: { sku: string; name: string; quantity: number }[];
  /** The parcel that has left; null: what is still to be sent. */
  parcel: { carrier: string; trackingNumber: string; shippedAt: Date } | null;
  /** Why nothing may leave now, in a sentence without its full stop; null if it may. */
  refusal: string | null;
}

/**
 * What is still to be sent of a known order; with a tracking number, what is in that parcel.
 * @returns null if the order has no such parcel
 */
export async function readPacking(
  db: Db,
  { sessionId, trackingNumber }: { sessionId: SessionId; trackingNumber: string | null },
): Promise<Packing | null> {
  const order = await db.order.findUniqueOrThrow({
    where: { sessionId },
    include: {
      items: { orderBy: { position: 'asc' } },
      shipments: { where: { trackingNumber: trackingNumber ?? '' }, orderBy: { shippedAt: 'asc' } },
      customer: true,
    },
  });
  const [parcel = null] = order.shipments;
  if (trackingNumber !== null && parcel === null) return null;
  const { number, createdAt: orderedAt, locale, items, stock, customer } = order;
  const hasGoods = items.some(({ kind }) => kind === 'PHYSICAL');
  const facts = shipFacts(order);
  const wentBack = stock === 'RETURNED' && whyNotInStatus('ship', facts) === null;
  const waiting = isFinal(order.status) ? [] : unshipped(wentBack ? takenAgain(items) : items);
  const lines = parcel === null ? waiting : (parcel.items as ParcelLine[]); // as `recordShipment` wrote them
  const nameOf = new Map(items.map(({ sku, name }) => [sku, name]));
  return {
    ...{ number, orderedAt, locale },
    recipient: hasGoods
      ? {
          name: customer?.name ?? null,
          address: customer?.address ? wholeAddress(customer.address as Partial<Address>) : null,
        }
      : null,
    lines: lines.map(({ sku, quantity }) => ({ sku, quantity, name: nameOf.get(sku) ?? sku })),
    parcel,
    refusal: hasGoods ? refusalOf(parcel !== null, wentBack, facts) : null,
  };
}

/** That a parcel has left is no reason to keep it back; a dispute or a hold is, while it has not been handed over. */
function refusalOf(hasLeft: boolean, wentBack: boolean, facts: ActionFacts): string | null {
  if (hasLeft) return whyNotWithFlags('ship', facts);
  return whyNot('ship', facts) ?? (wentBack ? BACK_IN_STOCK : null);
}

/** `ship` is allowed, and takes the goods again, but staff have to decide that first. */
const BACK_IN_STOCK = 'The goods are back in stock: staff decide whether they are sent after all, with ship';
