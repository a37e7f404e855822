import { shareOut } from './money';
import type { Content } from './product';
import type { LineContent } from './session';

/** How many bundles the free stock is enough for; null if nothing in them can run out. */
export function bundlesLeft(contents: Pick<Content, 'quantity' | 'available'>[]): number | null {
  const left = contents.flatMap(({ quantity, available }) =>
    available === null ? [] : [Math.floor(available / quantity)],
  );
  return left.length === 0 ? null : Math.min(...left);
}

/** What a bundle weighs if staff have not said, in grams; null if nothing in it has a weight. */
export function weightOf(contents: Pick<Content, 'quantity' | 'weight'>[]): number | null {
  const known = contents.filter(({ weight }) => weight !== null);
  return known.length === 0 ? null : known.reduce((sum, { quantity, weight }) => sum + quantity * (weight ?? 0), 0);
}

/**
 * What is in the bundles of a line. Their price is shared out in proportion to what the contents cost alone in this
 * currency; evenly over the units if one of them has no such price, or all are free.
 */
export function unpack(
  { quantity, total }: { quantity: number; total: number },
  contents: Omit<Content, 'weight' | 'available'>[],
  currency: string,
): LineContent[] {
  const totals = shareOut({ amount: total, currency }, weights(contents, currency));
  return contents.map(({ sku, name, kind, quantity: each }, index) => ({
    ...{ sku, name, kind },
    quantity: each * quantity,
    total: totals[index] ?? 0,
  }));
}

function weights(contents: Pick<Content, 'quantity' | 'prices'>[], currency: string): number[] {
  const alone = contents.flatMap(({ quantity, prices }) => {
    const price = prices.find((one) => one.currency === currency);
    return price ? [quantity * price.amount] : [];
  });
  const isPriced = alone.length === contents.length && alone.some((amount) => amount > 0);
  return isPriced ? alone : contents.map(({ quantity }) => quantity);
}

/** A line of an order: what is delivered. */
interface Item {
  sku: string;
  name: string;
  quantity: number;
  unitAmount: number;
  total: number;
}

/** The bundles that an order was opened with, and what each line of them put on the order's lines. */
export type SoldBundle = { sku: string; name: string; quantity: number; contents: LineContent[] };

/** A line of an order as it was in the cart. */
export interface BoughtLine extends Item {
  /** What is in a bundle, for all of its units; null for any other product. */
  contents: { sku: string; name: string; quantity: number }[] | null;
}

/**
 * The lines of an order as they were in the cart: each bundle in one line, at the place of the first of its contents,
 * and what else was bought. They add up to what the items add up to. A bundle of which something was exchanged for
 * other goods is shown as what it is now: its contents.
 */
export function asBought(items: Item[], bundles: SoldBundle[]): BoughtLine[] {
  const left = new Map(items.map(({ sku, quantity, total }) => [sku, { quantity, total }]));
  const whole = bundles.filter((bundle) => takeOut(left, bundle));
  const bundleLines = whole.map(({ sku, name, quantity, contents }) => {
    const total = contents.reduce((sum, content) => sum + content.total, 0);
    return { place: placeOf(items, contents), line: { ...toLine({ sku, name, quantity, total }), contents } };
  });
  const others = items.flatMap((item, place) => {
    const { quantity = 0, total = 0 } = left.get(item.sku) ?? {};
    const isUntouched = quantity === item.quantity && total === item.total;
    const line = { ...toLine({ ...item, quantity, total }), ...(isUntouched && { unitAmount: item.unitAmount }) };
    return quantity === 0 ? [] : [{ place, line: { ...line, contents: null } }];
  });
  return [...bundleLines, ...others].sort((one, other) => one.place - other.place).map(({ line }) => line);
}

/** Takes the contents of a bundle out of what is left; false, and nothing taken, if they are not all there. */
function takeOut(left: Map<string, { quantity: number; total: number }>, { contents }: SoldBundle): boolean {
  const isThere = contents.every(({ sku, quantity, total }) => {
    const line = left.get(sku) ?? { quantity: 0, total: 0 };
    return quantity < line.quantity ? total <= line.total : quantity === line.quantity && total === line.total;
  });
  for (const { sku, quantity, total } of isThere ? contents : []) {
    const line = left.get(sku);
    if (line) left.set(sku, { quantity: line.quantity - quantity, total: line.total - total });
  }
  return isThere;
}

const placeOf = (items: Item[], contents: LineContent[]): number =>
  items.findIndex(({ sku }) => contents.some((content) => content.sku === sku));

const toLine = ({ sku, name, quantity, total }: Omit<Item, 'unitAmount'>): Item => ({
  ...{ sku, name, quantity, total },
  unitAmount: Math.floor(total / quantity),
});
