import { formatMoney } from './money';
import type { ProductKind } from './order';
import { type ParcelLine, type ReturnableItem, restockedAfter, unshipped } from './parcel';

/** Goods that are to be sent again at no charge: the same, or another SKU in their place. */
export interface ReplacedLine extends ParcelLine {
  with?: string | undefined;
}

/** What is to be sent, in words for staff: the same on the timeline and in the Temporal UI. */
export const replacedInWords = (lines: readonly ReplacedLine[]): string =>
  `To be sent at no charge: ${lines.map((line) => replacedLine(line)).join(', ')}`;

/** `with`: null or absent if the same goods are sent again. */
export const replacedLine = ({
  sku,
  quantity,
  with: other,
}: ParcelLine & { with?: string | null | undefined }): string =>
  other ? `${quantity} × ${other} instead of ${sku}` : `${quantity} × ${sku}`;

/** A line of an order, as far as a replacement depends on it. Amounts are in the order's currency. */
export interface ReplaceableItem extends ReturnableItem {
  name: string;
  unitAmount: number;
  total: number;
  /**
   * What one costs alone today, if it came in a bundle: it has only a part of the bundle's price, and is replaced by
   * what costs as much alone. Absent for any other line.
   */
  alone?: number | null;
}

/** A product that is to be sent instead. */
export interface Substitute {
  name: string;
  kind: ProductKind;
  /** Today, in the order's currency; null if it has no such price. */
  price: number | null;
  /** Whether it has no price at Stripe yet: staff have not finished it. What they took off sale may still be sent. */
  isDraft: boolean;
  /** Whether it is made of other products, and so nothing that could be taken from stock. */
  isBundle: boolean;
}

/** What a replacement comes to. */
export interface ReplacementPlan {
  /** The lines that change, as they are then. One whose quantity and `replaced` are 0 is gone. */
  lines: ReplaceableItem[];
  /** What leaves the shelf, and what returns to it. */
  take: ParcelLine[];
  back: ParcelLine[];
}

/**
 * Plans a replacement, or says why it makes no sense, naming SKUs and numbers. Units that are not shipped yet are
 * exchanged for another SKU; units that are shipped are owed again. The purchase follows the goods: what is sent
 * instead is what was paid for, so a unit that is returned and refunded later was always paid for, once. Units whose
 * money went back have no purchase that could move.
 * @param refunded how many units of each SKU were refunded with a return
 */
export function planReplacement(
  { items, currency }: { items: ReplaceableItem[]; currency: string },
  lines: ReplacedLine[],
  products: ReadonlyMap<string, Substitute>,
  refunded: ReadonlyMap<string, number>,
): ReplacementPlan | string {
  const plan = new Plan(items, currency);
  for (const { sku, quantity, with: other } of lines) {
    const item = plan.line(sku);
    if (item?.kind !== 'PHYSICAL') return `${sku} is not a physical item of this order`;
    const unsent = unshipped([item])[0]?.quantity ?? 0;
    const sent = item.shipped - item.replaced;
    if (other === undefined) {
      if (quantity > sent) return `${sku}: ${sent} shipped and not yet replaced, ${quantity} asked`;
      plan.oweAgain(item, quantity);
      continue;
    }
    const returned = refunded.get(sku) ?? 0;
    const paid = Math.max(0, sent - returned);
    if (quantity > unsent + paid)
      return `${sku}: ${unsent} unshipped, ${paid} shipped and neither replaced nor refunded yet, ${quantity} asked`;
    // What is unshipped may be owed again for units that were refunded: nothing is paid for it that could move.
    const owned = Math.max(0, item.quantity - returned);
    if (quantity > owned) return `${sku}: ${owned} paid for and not refunded, ${quantity} asked`;
    const refusal = plan.whyNotInstead(item, other, products.get(other));
    if (refusal !== null) return refusal;
    plan.sendInstead(item, { sku: other, name: products.get(other)?.name ?? other }, { quantity, unsent });
  }
  return plan.result();
}

/** The lines of an order while a replacement is planned. */
class Plan {
  private readonly lines: Map<string, ReplaceableItem>;
  private readonly changed = new Set<ReplaceableItem>();
  /** By SKU: how many more units leave the shelf than return to it. */
  private readonly leaving = new Map<string, number>();

  constructor(
    items: ReplaceableItem[],
    private readonly currency: string,
  ) {
    this.lines = new Map(items.map((item) => [item.sku, { ...item }]));
  }

  line(sku: string): ReplaceableItem | undefined {
    return this.lines.get(sku);
  }

  /** The same goods once more. */
  oweAgain(item: ReplaceableItem, quantity: number): void {
    countReturned(item);
    item.replaced += quantity;
    this.changed.add(item);
    this.leaves(item.sku, quantity);
  }

  whyNotInstead(item: ReplaceableItem, sku: string, product: Substitute | undefined): string | null {
    if (sku === item.sku) return `${sku} is what the order has: name another SKU, or leave it out`;
    if (product?.isBundle) return `${sku} is a bundle: name something that is in it`;
    if (product?.kind !== 'PHYSICAL') return `${sku} is not a physical product of this shop`;
    if (product.isDraft) return `${sku} is a draft: give it a price at Stripe first`;
    const alone = item.alone === undefined ? item.unitAmount : item.alone;
    if (alone === null) return `${item.sku} has no price of its own in ${this.currency}: there is nothing to compare`;
    if (product.price !== alone) return this.costOther(sku, product.price, item.sku, alone);
    // The order has the other, too: both lines must have one price.
    const bought = this.lines.get(sku)?.unitAmount ?? item.unitAmount;
    return bought === item.unitAmount ? null : this.costOther(sku, bought, item.sku, item.unitAmount);
  }

  /** Other goods instead: first of those that have not left, then of those that have. */
  sendInstead(
    item: ReplaceableItem,
    { sku, name }: { sku: string; name: string },
    { quantity, unsent }: { quantity: number; unsent: number },
  ): void {
    const exchanged = Math.min(quantity, unsent);
    const { unitAmount } = item;
    const total = quantity === item.quantity ? item.total : unitAmount * quantity;
    item.quantity -= quantity;
    item.total -= total;
    item.replaced += quantity - exchanged;
    const other = this.lines.get(sku) ?? { ...EMPTY, sku, name, unitAmount };
    countReturned(other);
    other.quantity += quantity;
    other.total += total;
    this.lines.set(sku, other);
    this.changed.add(item).add(other);
    this.leaves(item.sku, -exchanged);
    this.leaves(sku, quantity);
  }

  result(): ReplacementPlan {
    const moved = [...this.leaving].map(([sku, quantity]) => ({ sku, quantity }));
    return {
      lines: [...this.changed],
      take: moved.filter(({ quantity }) => quantity > 0),
      back: moved.filter(({ quantity }) => quantity < 0).map(({ sku, quantity }) => ({ sku, quantity: -quantity })),
    };
  }

  private leaves(sku: string, quantity: number): void {
    this.leaving.set(sku, (this.leaving.get(sku) ?? 0) + quantity);
  }

  private costOther(sku: string, price: number | null, instead: string, of: number): string {
    return `${sku} costs ${this.priced(price)}, and ${instead} ${this.priced(of)}: only goods of one price replace each other`;
  }

  private priced(amount: number | null): string {
    return amount === null ? `nothing in ${this.currency}` : formatMoney({ amount, currency: this.currency });
  }
}

const EMPTY = { kind: 'PHYSICAL', quantity: 0, total: 0, shipped: 0, restocked: 0, returned: 0, replaced: 0 } as const;

/**
 * Counts as returned what a refund restocked beyond the unshipped units, before more units are owed: those would be
 * taken for it otherwise.
 */
function countReturned(item: ReplaceableItem): void {
  const cameBack = restockedAfter(item);
  item.restocked -= cameBack;
  item.returned += cameBack;
}
