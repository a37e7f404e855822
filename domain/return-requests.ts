import { type ParcelLine, type ReturnableItem, withCustomer } from './parcel';

/** What a shopper asked to return. Times are in milliseconds since the epoch. */
export interface AskedReturn {
  id: string;
  at: number;
  items: readonly ParcelLine[];
  /** Staff do not want it back. */
  declined: boolean;
}

/** `returned`: the customer has none of it any more, whether it came back as a return or with a refund. */
export const RETURN_REQUEST_STATES = ['open', 'returned', 'declined'] as const;
export type ReturnRequestState = (typeof RETURN_REQUEST_STATES)[number];

/** An order, as far as its requests to return depend on it. */
export interface ReturnedOrder {
  items: readonly ReturnableItem[];
  /** Oldest first. */
  returns: readonly { at: number; items: readonly ParcelLine[] }[];
}

/** A request with the units that have not come back yet. */
export type FollowedReturn<Asked extends AskedReturn> = Asked & { awaited: ParcelLine[]; state: ReturnRequestState };

/**
 * What is still awaited of each request. What comes back answers the oldest request for it first; nothing is awaited
 * that the customer does not have. So no counter has to be kept in step with the returns.
 * @param requests oldest first
 */
export function followed<Asked extends AskedReturn>(
  requests: readonly Asked[],
  { items, returns }: ReturnedOrder,
): FollowedReturn<Asked>[] {
  const open = requests.map((request) => ({ request, units: new Map(request.declined ? [] : unitsOf(request.items)) }));
  for (const returned of returns)
    for (const { sku, quantity } of returned.items) {
      let arrived = quantity;
      for (const { request, units } of open) {
        if (request.at > returned.at) continue;
        const asked = units.get(sku) ?? 0;
        units.set(sku, asked - Math.min(asked, arrived));
        arrived -= Math.min(asked, arrived);
      }
    }
  const out = new Map(unitsOf(withCustomer([...items])));
  return open.map(({ request, units }) => {
    const awaited = [...units]
      .map(([sku, quantity]) => ({ sku, quantity: take(out, sku, quantity) }))
      .filter(({ quantity }) => quantity > 0);
    return { ...request, awaited, state: request.declined ? 'declined' : awaited.length > 0 ? 'open' : 'returned' };
  });
}

const unitsOf = (lines: readonly ParcelLine[]) => lines.map(({ sku, quantity }) => [sku, quantity] as const);

function take(from: Map<string, number>, sku: string, most: number): number {
  const there = from.get(sku) ?? 0;
  const taken = Math.min(there, most);
  from.set(sku, there - taken);
  return taken;
}

/** What the shopper may still ask to return: what they have, less what they have asked for already. */
export function returnable(
  items: readonly ReturnableItem[],
  requests: readonly { awaited: readonly ParcelLine[] }[],
): ParcelLine[] {
  const out = new Map(unitsOf(withCustomer([...items])));
  for (const { sku, quantity } of requests.flatMap(({ awaited }) => awaited)) take(out, sku, quantity);
  return [...out].map(([sku, quantity]) => ({ sku, quantity })).filter(({ quantity }) => quantity > 0);
}

/** Why these units cannot be asked for, as a sentence without its full stop; null if they can. */
export function whyNotAsked(left: readonly ParcelLine[], lines: readonly ParcelLine[]): string | null {
  const open = new Map(unitsOf(left));
  for (const { sku, quantity } of lines) {
    const most = open.get(sku) ?? 0;
    if (quantity > most) return `${sku}: ${most} can be returned, ${quantity} asked`;
  }
  return null;
}
