import type { ProductKind } from './order';

/** So many of a SKU. */
export type ParcelLine = { sku: string; quantity: number };

/** A line of an order, as far as it decides what may still be shipped. */
type ShippableItem = ParcelLine & { kind: ProductKind; shipped: number; restocked: number };

/** What of an order waits to be shipped: bought, not shipped, and not back on the shelf. */
export const unshipped = (items: ShippableItem[]): ParcelLine[] =>
  items
    .filter(({ kind }) => kind === 'PHYSICAL')
    .map(({ sku, quantity, shipped, restocked }) => ({ sku, quantity: Math.max(0, quantity - shipped - restocked) }))
    .filter(({ quantity }) => quantity > 0);

/** What was given back of goods that never left. */
export const givenBack = (items: ShippableItem[]): ParcelLine[] =>
  items
    .map(({ sku, quantity, shipped, restocked }) => ({ sku, quantity: Math.min(restocked, quantity - shipped) }))
    .filter(({ quantity }) => quantity > 0);

/** The items as they are once what was given back of goods that never left is taken again. */
export const takenAgain = <Item extends ShippableItem>(items: Item[]): Item[] =>
  items.map((item) => ({ ...item, restocked: Math.max(0, item.restocked - (item.quantity - item.shipped)) }));

/** Why a parcel cannot be what is asked for, of what waits to be shipped; null where it can. */
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

/** How many pieces lines are, together. */
export const count = (lines: ParcelLine[]): number => lines.reduce((sum, { quantity }) => sum + quantity, 0);
