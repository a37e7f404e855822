import { partOf } from './money';
import type { Reason } from './order';
import { type ParcelLine, type ReturnableItem, unitsInWords, withCustomer } from './parcel';

/** What becomes of goods that came back: they return to stock, or are written off. */
export const CONDITIONS = ['restock', 'write_off'] as const;
export type Condition = (typeof CONDITIONS)[number];

/** What became of goods that came back, in words for staff. */
export const conditionInWords = (condition: Condition): string => CONDITION[condition];

/** Goods that came back, in words for staff: the same on the timeline and in the Temporal UI. */
export const cameBackInWords = ({ items, condition }: { items: readonly ParcelLine[]; condition: Condition }): string =>
  `Came back: ${unitsInWords(items)}, ${conditionInWords(condition)}`;

const CONDITION: Record<Condition, string> = { restock: 'back in stock', write_off: 'written off' };

/** The reason of a refund that comes with a return: the return itself says why. */
export const REASON_OF_RETURN: Reason = 'other';

/** Why these goods cannot have come back, naming what can; null if they can. */
export function whyNotReturned(items: ReturnableItem[], lines: ParcelLine[]): string | null {
  const out = new Map(withCustomer(items).map(({ sku, quantity }) => [sku, quantity]));
  for (const { sku, quantity } of lines) {
    if (items.find((item) => item.sku === sku)?.kind !== 'PHYSICAL')
      return `${sku} is not a physical item of this order`;
    const left = out.get(sku) ?? 0;
    if (quantity > left) return `${sku}: ${left} shipped and not yet returned, ${quantity} asked`;
  }
  return null;
}

/** The money of an order, as far as the price of its goods depends on it. Amounts are in its currency. */
export interface PaidOrder {
  currency: string;
  total: number;
  discount: number;
  shipping: number;
  /** In the order in which they stand. `total` is before the discount. */
  items: { sku: string; quantity: number; total: number }[];
}

/**
 * What units cost that come back now: their part of what was paid for goods, discounts and tax in proportion, without
 * shipping. Units that were refunded before cost nothing any more. The units of a line add up to what was paid for it,
 * in however many returns they come.
 * @param refunded how many units of each SKU were refunded with earlier returns
 */
export function costOf(order: PaidOrder, lines: ParcelLine[], refunded: ReadonlyMap<string, number>): number {
  const paid = paidByLine(order);
  return lines.reduce((sum, { sku, quantity }) => {
    const bought = order.items.find((item) => item.sku === sku)?.quantity ?? 0;
    const before = Math.min(refunded.get(sku) ?? 0, bought);
    const upTo = (units: number) => partOf({ amount: paid.get(sku) ?? 0, currency: order.currency }, units, bought);
    return sum + upTo(Math.min(before + quantity, bought)) - upTo(before);
  }, 0);
}

/**
 * What was paid for each line. The total is shared between goods and shipping, and the part of the goods over the
 * lines, by the difference of running sums, so that the lines add up.
 */
function paidByLine({ currency, total, discount, shipping, items }: PaidOrder): Map<string, number> {
  const listed = items.reduce((sum, item) => sum + item.total, 0);
  const goods = Math.max(0, listed - discount);
  const paid = { amount: partOf({ amount: total, currency }, goods, goods + shipping), currency };
  const lines = new Map<string, number>();
  let before = 0;
  for (const item of items) {
    const upTo = (sum: number) => partOf(paid, sum, listed);
    lines.set(item.sku, upTo(before + item.total) - upTo(before));
    before += item.total;
  }
  return lines;
}
