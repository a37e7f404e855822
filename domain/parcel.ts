import type { ProductKind } from './order';

/** A SKU and a quantity. */
export type ParcelLine = { sku: string; quantity: number };

/** The fields of an order's line that decide what can still be shipped. */
type ShippableItem = ParcelLine & { kind: ProductKind; shipped: number; restocked: number };
/** Those that decide what can still come back, too: `returned` are units that came back by a return. */
export type ReturnableItem = ShippableItem & { returned: number };

/** What is still to be shipped: bought, not shipped, and not returned to stock. */
export const unshipped = (items: ShippableItem[]): ParcelLine[] =>
  items
    .filter(({ kind }) => kind === 'PHYSICAL')
    .map(({ sku, quantity, shipped, restocked }) => ({ sku, quantity: Math.max(0, quantity - shipped - restocked) }))
    .filter(({ quantity }) => quantity > 0);

/** Units that returned to stock without ever having been shipped. */
export const givenBack = (items: ShippableItem[]): ParcelLine[] =>
  items
    .map(({ sku, quantity, shipped, restocked }) => ({ sku, quantity: Math.min(restocked, quantity - shipped) }))
    .filter(({ quantity }) => quantity > 0);

/** What the customer has: shipped, and come back neither by a return nor into stock with a refund. */
export const withCustomer = (items: ReturnableItem[]): ParcelLine[] =>
  items
    .map(({ sku, quantity, shipped, restocked, returned }) => ({
      sku,
      quantity: shipped - returned - Math.max(0, restocked - (quantity - shipped)),
    }))
    .filter(({ quantity }) => quantity > 0);

/** The items once the units that returned unshipped are taken from stock again. */
export const takenAgain = <Item extends ShippableItem>(items: Item[]): Item[] =>
  items.map((item) => ({ ...item, restocked: Math.max(0, item.restocked - (item.quantity - item.shipped)) }));

/** Why the requested parcel is not possible, given what is still to be shipped; null if it is. */
export function whyNotThisParcel(waiting: ParcelLine[], parcel: ParcelLine[]): string | null {
  if (count(parcel) === 0) return 'nothing is left to ship';
  const open = new Map(waiting.map(({ sku, quantity }) => [sku, quantity]));
  for (const { sku, quantity } of parcel) {
    const left = (open.get(sku) ?? 0) - quantity;
    if (left < 0) return `${sku}: ${open.get(sku) ?? 0} unshipped, ${quantity} asked`;
    open.set(sku, left);
  }
  return null;
}

/** The number of units of all lines. */
export const count = (lines: ParcelLine[]): number => lines.reduce((sum, { quantity }) => sum + quantity, 0);
