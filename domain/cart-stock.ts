interface Units {
  sku: string;
  quantity: number;
}

/** A line of a cart. `contents`: what is in a bundle, for all of its units. */
type Line = Units & { contents?: Units[] };

/** The free stock by SKU; what is not named never runs out. */
type FreeStock = ReadonlyMap<string, number>;

/** A line of a cart of which too little is left. */
export interface Shortage {
  /** As in the cart: a bundle's own. */
  sku: string;
  requested: number;
  /** What could be bought, after the lines before it have been served. */
  available: number;
}

/**
 * The lines of a cart that the free stock is not enough for. The lines are served in their order, each as far as
 * possible: a product may be in several of them, alone and in bundles. With each line at what is available, the whole
 * cart is.
 */
export function shortagesOf(lines: Line[], free: FreeStock): Shortage[] {
  const left = new Map(free);
  return lines.flatMap((line) => {
    const { sku, quantity: requested } = line;
    const taken = takenBy(line).flatMap((one) => {
      const stock = left.get(one.sku);
      return stock === undefined ? [] : [{ sku: one.sku, stock, each: one.quantity / requested }];
    });
    const available = Math.min(requested, ...taken.map(({ stock, each }) => Math.floor(stock / each)));
    for (const { sku: from, stock, each } of taken) left.set(from, stock - available * each);
    return available < requested ? [{ sku, requested, available }] : [];
  });
}

/** The product of a cart that runs out first, and for how many more carts like it there is enough; null if none can. */
export function scarcestOf(lines: Line[], free: FreeStock): { sku: string; left: number } | null {
  const wanted = new Map<string, number>();
  for (const { sku, quantity } of lines.flatMap(takenBy)) wanted.set(sku, (wanted.get(sku) ?? 0) + quantity);
  const scarce = [...wanted].flatMap(([sku, quantity]) => {
    const stock = free.get(sku);
    return stock === undefined ? [] : [{ sku, left: Math.floor(stock / quantity) }];
  });
  return scarce.reduce<{ sku: string; left: number } | null>(
    (least, one) => (least && least.left <= one.left ? least : one),
    null,
  );
}

/** The SKUs that a cart takes from stock or grants: the lines of its order. */
export const skusOf = (lines: Line[]): string[] => [...new Set(lines.flatMap(takenBy).map(({ sku }) => sku))];

/** What a line is delivered as. */
const takenBy = ({ sku, quantity, contents }: Line): Units[] => contents ?? [{ sku, quantity }];
