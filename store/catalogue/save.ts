import type { ProductKind } from '../../domain/order';
import type { Price, ProductDetails } from '../../domain/product';
import type { Db, Tx } from '../database';
import { closeShelf, hasMovements, openShelf } from '../stock/shelves';
import { allowProducts } from './not-for-sale';
import { knownPrices, replacePrices, type TakenPrice, takenPrice } from './prices';

/** A product as staff save it; the order of its prices counts. */
export interface ProductToSave extends ProductDetails {
  sku: string;
  prices: Price[];
}

export type Saved =
  | { outcome: 'created' | 'replaced' }
  /** What the product is cannot change any more, and why. */
  | { outcome: 'kind-fixed'; kind: ProductKind; because: 'ordered' | 'stocked' | 'has-file' }
  | ({ outcome: 'price-taken' } & TakenPrice);

/** Creates or replaces a product and its prices, in one transaction; a refusal changes nothing. */
export function saveProduct(db: Db, { sku, prices, at, ...details }: ProductToSave & { at: Date }): Promise<Saved> {
  return db.$transaction(async (tx) => {
    // Two staff who save at once, or staff and `stripe:setup`, take turns; readers are not held up.
    await tx.$executeRaw`LOCK TABLE prices IN SHARE ROW EXCLUSIVE MODE`;
    const earlier = await tx.product.findUnique({ where: { sku }, select: { kind: true } });
    const changesKind = earlier !== null && earlier.kind !== details.kind;
    const because = changesKind ? await dependsOnKind(tx, sku) : null;
    if (earlier && because) return { outcome: 'kind-fixed', kind: earlier.kind, because };
    const known = await knownPrices(tx, { sku, prices });
    const taken = takenPrice(known, { sku, prices });
    if (taken) return { outcome: 'price-taken', ...taken };

    const data = { ...details, updatedAt: at };
    // Staff have changed it, so the next checkout asks Stripe again.
    await allowProducts(tx, { skus: [sku], at });
    if (earlier) await tx.product.update({ where: { sku }, data });
    else await tx.product.create({ data: { sku, ...data, createdAt: at } });
    if (changesKind) await closeShelf(tx, { sku });
    if (details.kind === 'PHYSICAL') await openShelf(tx, { sku });
    await replacePrices(tx, known, { sku, prices, at });
    return { outcome: earlier ? 'replaced' : 'created' };
  });
}

/** What a product is can change only while nothing depends on it. */
async function dependsOnKind(tx: Tx, sku: string): Promise<'ordered' | 'stocked' | 'has-file' | null> {
  if (await tx.orderItem.findFirst({ where: { sku }, select: { sku: true } })) return 'ordered';
  if (await hasMovements(tx, { sku })) return 'stocked';
  return (await tx.productFile.findUnique({ where: { sku }, select: { id: true } })) ? 'has-file' : null;
}
