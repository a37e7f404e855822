import { type Picture, pictureAt } from '../../domain/picture';
import type { BundleItem, Price, ProductDetails, ProductGroup } from '../../domain/product';
import type { Db } from '../database';
import { addKeys } from '../stock/keys';
import { moveStock, openShelf } from '../stock/shelves';
import { replaceContents } from './bundles';
import { attachFile } from './files';
import { groupColumns } from './groups';
import { replacePrices } from './prices';

export interface NewProduct extends ProductDetails {
  sku: string;
  prices: Price[];
  /** Its pictures, of which `imageUrl` is the first; `imageUrl` alone if none are named. */
  pictures?: Picture[];
  /** The group that it is in, with its options: those of nobody else. */
  group?: ProductGroup;
  /** What it is made of, if it is a bundle; products that are there already. */
  bundle?: BundleItem[];
  /** On the shelf to begin with; physical products only. */
  stock?: number;
  /** What its buyers download; digital products only. */
  file?: { filename: string; contentType: string; bytes: Uint8Array };
  /** The keys of which its buyers get one a unit; digital products only. */
  licenceKeys?: string[];
  /** Who adds it, for the ledger of stock. */
  actor: string;
}

/**
 * Adds a product with all that belongs to it, in one transaction; false, and nothing changed, when the SKU is known.
 */
export function addProduct(
  db: Db,
  { sku, prices, pictures, group, bundle, stock, file, licenceKeys, actor, at, ...details }: NewProduct & { at: Date },
): Promise<boolean> {
  const images = pictures ?? (details.imageUrl === null ? [] : [pictureAt(details.imageUrl)]);
  return db.$transaction(async (tx) => {
    const { count } = await tx.product.createMany({
      data: [{ sku, ...details, ...groupColumns(group ?? null), images, createdAt: at, updatedAt: at }],
      skipDuplicates: true,
    });
    if (count === 0) return false;
    await replacePrices(tx, [], { sku, prices, at });
    if (bundle) await replaceContents(tx, { sku, bundle });
    else if (details.kind === 'PHYSICAL' || licenceKeys) await openShelf(tx, { sku });
    if (stock) await moveStock(tx, { sku, delta: stock, reason: 'opening stock', actor, at });
    if (file) await attachFile(tx, { sku, ...file, at });
    if (licenceKeys) await addKeys(tx, { sku, keys: licenceKeys, actor, at });
    return true;
  });
}
