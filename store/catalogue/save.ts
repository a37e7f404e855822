import type { ProductKind } from '../../domain/order';
import { keptPictures, type Picture } from '../../domain/picture';
import type { BundleItem, Price, ProductDetails, ProductGroup } from '../../domain/product';
import type { Db, Tx } from '../database';
import { closeShelf, hasMovements, openShelf } from '../stock/shelves';
import { isInBundle, type RefusedBundle, replaceContents, whyNotBundle } from './bundles';
import { groupColumns, type RefusedGroup, renameGroup, whyNotInGroup } from './groups';
import { allowProducts } from './not-for-sale';
import { knownPrices, replacePrices, type TakenPrice, takenPrice } from './prices';
import { picturesOf } from './products';

/** A product as staff save it; the order of its prices counts. */
export interface ProductToSave extends ProductDetails {
  sku: string;
  prices: Price[];
  /** What it is made of, each SKU once; null if it is no bundle. */
  bundle: BundleItem[] | null;
  /** Its pictures, of which `imageUrl` is the first; null: `imageUrl`, and what was uploaded. */
  pictures: Picture[] | null;
  group: ProductGroup | null;
  /** Whether its buyers get licence keys; null: as it is. Digital products only, and no bundles. */
  licenceKeys: boolean | null;
}

export type Saved =
  | { outcome: 'created' | 'replaced' }
  /** What the product is cannot change any more, and why. */
  | { outcome: 'kind-fixed'; kind: ProductKind; because: Because }
  /** It has sold licence keys, or has some: it cannot become a product without. */
  | { outcome: 'keys-fixed' }
  /** It would get licence keys while there are orders that were opened without, and wait for their money. */
  | { outcome: 'keys-awaited' }
  | ({ outcome: 'bundle-refused' } & RefusedBundle)
  | ({ outcome: 'group-refused' } & RefusedGroup)
  | ({ outcome: 'price-taken' } & TakenPrice);

/** Why a product must stay what it is. */
export type Because = 'ordered' | 'stocked' | 'has-file' | 'in-bundle';

/** Creates or replaces a product and its prices, in one transaction; a refusal changes nothing. */
export function saveProduct(
  db: Db,
  { sku, prices, bundle, pictures, group, licenceKeys, at, ...details }: ProductToSave & { at: Date },
): Promise<Saved> {
  return db.$transaction(async (tx) => {
    // Two staff who save at once, or staff and `stripe:setup`, take turns; readers are not held up.
    await tx.$executeRaw`LOCK TABLE prices IN SHARE ROW EXCLUSIVE MODE`;
    await tx.$queryRaw`SELECT 1 FROM products WHERE sku = ${sku} FOR UPDATE`; // a picture may be uploaded meanwhile
    const earlier = await tx.product.findUnique({
      where: { sku },
      select: {
        ...{ kind: true, images: true, imageUrl: true, refusedAt: true, contents: { take: 1 } },
        stock: { select: { sku: true } },
      },
    });
    const isBundle = bundle !== null;
    const becomesBundle = isBundle && earlier !== null && earlier.contents.length === 0;
    const changesKind = (earlier !== null && earlier.kind !== details.kind) || becomesBundle;
    const because = changesKind ? await dependsOnKind(tx, sku) : null;
    if (earlier && because) return { outcome: 'kind-fixed', kind: earlier.kind, because };
    const dropsKeys = licenceKeys === false && details.kind === 'DIGITAL';
    if (dropsKeys && (await hasMovements(tx, { sku }))) return { outcome: 'keys-fixed' };
    const getsKeys = licenceKeys === true && details.kind === 'DIGITAL' && earlier?.stock === null;
    if (getsKeys && (await hasPending(tx, { sku }))) return { outcome: 'keys-awaited' };
    const refused = isBundle ? await whyNotBundle(tx, { sku, kind: details.kind, bundle }) : null;
    if (refused) return { outcome: 'bundle-refused', ...refused };
    const unfit = group && (await whyNotInGroup(tx, { sku, group }));
    if (unfit) return { outcome: 'group-refused', ...unfit };
    const known = await knownPrices(tx, { sku, prices });
    const taken = takenPrice(known, { sku, prices });
    if (taken) return { outcome: 'price-taken', ...taken };

    const images = pictures ?? keptPictures(earlier ? picturesOf(earlier) : [], details.imageUrl);
    const data = { ...details, ...groupColumns(group), images, imageUrl: images[0]?.url ?? null, updatedAt: at };
    // Staff have changed it, so the next checkout asks Stripe again.
    await allowProducts(tx, { skus: [sku], at });
    if (earlier) await tx.product.update({ where: { sku }, data });
    else await tx.product.create({ data: { sku, ...data, createdAt: at } });
    if (changesKind || dropsKeys) await closeShelf(tx, { sku });
    if ((details.kind === 'PHYSICAL' || licenceKeys) && !isBundle) await openShelf(tx, { sku });
    await replaceContents(tx, { sku, bundle: bundle ?? [] });
    if (group) await renameGroup(tx, group);
    const isRefused = earlier !== null && earlier.refusedAt !== null;
    await replacePrices(tx, known, { sku, prices, at, isRefused });
    return { outcome: earlier ? 'replaced' : 'created' };
  });
}

/** What a product is can change only while nothing depends on it. */
async function dependsOnKind(tx: Tx, sku: string): Promise<Because | null> {
  if (await tx.orderItem.findFirst({ where: { sku }, select: { sku: true } })) return 'ordered';
  if (await hasMovements(tx, { sku })) return 'stocked';
  if (await isInBundle(tx, { sku })) return 'in-bundle';
  return (await tx.productFile.findUnique({ where: { sku }, select: { id: true } })) ? 'has-file' : null;
}

/**
 * Whether an order that is not yet committed has this product. One that was opened without a shelf holds nothing, so
 * its payment would find the product sold out, or take a key that nobody sold to it.
 */
async function hasPending(tx: Tx, { sku }: { sku: string }): Promise<boolean> {
  // An order whose lines are being written is waited for; one that comes later waits, and then finds the shelf.
  await tx.$executeRaw`LOCK TABLE order_items IN SHARE MODE`;
  const [{ found }] = await tx.$queryRaw<[{ found: boolean }]>`
    SELECT EXISTS (
      SELECT 1 FROM orders o JOIN order_items i USING (session_id) WHERE o.status = 'PENDING' AND i.sku = ${sku}
    ) AS found`;
  return found;
}
