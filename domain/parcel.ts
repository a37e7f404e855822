import { isFinal, type OrderStatus, type ProductKind } from './order';

/** A SKU and a quantity. */
export type ParcelLine = { sku: string; quantity: number };

/**
 * The fields of an order's line that decide what can still be shipped. `replaced`: units that are sent beyond those
 * that were bought. `undone`: of those restocked, the ones that went back with all of the money; null or absent where
 * that was not counted.
 */
export type ShippableItem = ParcelLine & {
  kind: ProductKind;
  shipped: number;
  restocked: number;
  replaced: number;
  undone?: number | null;
};
/**
 * What replacements did to a line. `sentAgain`: units of `replaced` that are the same goods once more. `insteadOf`:
 * what it is sent in place of. `exchangedFor`: the SKUs that are sent in its place.
 */
export type Replacements = { sentAgain?: number; insteadOf?: ParcelLine[]; exchangedFor?: string[] };
/**
 * Those that decide what can still come back, too: `returned` are units that came back by a return. `refunded`: those
 * of them whose price was given back with it; absent if there are none. `free`: nothing was asked for the line.
 */
export type ReturnableItem = ShippableItem & Replacements & { returned: number; refunded?: number; free?: boolean };

/** How far a line with goods is, in units. Absent from what older histories hold. */
export interface LineProgress extends Replacements {
  sku: string;
  /** Bought, and sent beyond that: again, or before other goods were sent instead. */
  quantity: number;
  shipped: number;
  /** Came back by a return. */
  returned: number;
  toShip: number;
  /** Of `quantity`, those that are sent beyond what was bought; absent if there are none. */
  replaced?: number;
  /** What the customer has, where that is less than what was shipped and did not come back by a return. */
  withCustomer?: number;
  /** What `ship` takes from stock again: units that went back with a refund of everything. Absent if there are none. */
  again?: number;
  /** Units whose price was given back with a return; absent if there are none. */
  refunded?: number;
  /** Nothing was asked for it; absent otherwise. */
  free?: boolean;
  /** Never sent, because the order ended before. Absent if there are none. */
  unsent?: number;
}

/** What is still to be shipped: bought or replaced, not shipped, and not returned to stock. */
export const unshipped = (items: readonly ShippableItem[]): ParcelLine[] =>
  items
    .filter(({ kind }) => kind === 'PHYSICAL')
    .map((item) => ({ sku: item.sku, quantity: Math.max(0, unsentOf(item) - item.restocked) }))
    .filter(({ quantity }) => quantity > 0);

/**
 * How far each line with goods is.
 * @param wentBack whether the goods went back into stock with all of the money
 */
export const progressOf = (items: ReturnableItem[], wentBack: boolean): LineProgress[] =>
  items
    .filter(({ kind }) => kind === 'PHYSICAL')
    .map((item) => {
      const { sku, quantity, replaced, shipped, returned, refunded = 0, free = false } = item;
      const { sentAgain = replaced, insteadOf = [], exchangedFor = [] } = item;
      const out = count(withCustomer([item]));
      const again = wentBack ? count(unshipped(takenAgain([item]))) : 0;
      return {
        ...{ sku, quantity: quantity + replaced, shipped, returned, toShip: count(unshipped([item])) },
        ...(replaced > 0 && { replaced }),
        ...(out !== shipped - returned && { withCustomer: out }),
        ...(again > 0 && { again }),
        ...(refunded > 0 && { refunded }),
        ...(free && { free }),
        ...(sentAgain !== replaced && { sentAgain }),
        ...(insteadOf.length > 0 && { insteadOf }),
        ...(exchangedFor.length > 0 && { exchangedFor }),
      };
    });

/** A line of an order that has ended: nothing is to be sent any more, whether its stock was ever sold or not. */
const onceEnded = ({ toShip, ...line }: LineProgress): LineProgress => ({
  ...{ ...line, toShip: 0 },
  ...(toShip > 0 && { unsent: toShip }),
});

/** The lines of an order as they are to be shown. */
export const linesOf = ({ status, lines = [] }: { status: OrderStatus; lines?: LineProgress[] }): LineProgress[] =>
  isFinal(status) ? lines.map(onceEnded) : lines;

/**
 * What `ship` takes from stock again, once an order has its money again: the units that went back with it. What a
 * refund of a part has called off or brought back stays in stock.
 */
export const givenBack = (items: ShippableItem[]): ParcelLine[] =>
  items.map((item) => ({ sku: item.sku, quantity: undoneOf(item) })).filter(({ quantity }) => quantity > 0);

const undoneOf = (item: ShippableItem): number => item.undone ?? Math.min(item.restocked, unsentOf(item));

/** What the customer has: shipped, and come back neither by a return nor into stock with a refund. */
export const withCustomer = (items: ReturnableItem[]): ParcelLine[] =>
  items
    .map((item) => ({ sku: item.sku, quantity: item.shipped - item.returned - restockedAfter(item) }))
    .filter(({ quantity }) => quantity > 0);

/** Shipped units that a refund has put back into stock: what it restocked beyond the unshipped ones. */
export const restockedAfter = (item: ShippableItem): number => Math.max(0, item.restocked - unsentOf(item));

/** Units that have not left: to be shipped, or back in stock. */
const unsentOf = ({ quantity, replaced, shipped }: ShippableItem): number => quantity + replaced - shipped;

/**
 * The items once those units are taken from stock again. What a refund restocked beyond the unshipped units counts as
 * returned then; otherwise the units taken now would be counted as those.
 */
export const takenAgain = <Item extends ReturnableItem>(items: Item[]): Item[] =>
  items.map((item) => {
    const undone = undoneOf(item);
    if (undone === 0) return item;
    const cameBack = restockedAfter(item);
    return {
      ...item,
      ...{ restocked: item.restocked - undone - cameBack, returned: item.returned + cameBack, undone: 0 },
    };
  });

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

/** Units in words, for staff. */
export const unitsInWords = (lines: readonly ParcelLine[]): string =>
  lines.map(({ sku, quantity }) => `${quantity} × ${sku}`).join(', ');

/** The number of units of all lines. */
export const count = (lines: ParcelLine[]): number => lines.reduce((sum, { quantity }) => sum + quantity, 0);
