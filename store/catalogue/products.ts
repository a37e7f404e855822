import { bundlesLeft, weightOf } from '../../domain/bundle';
import type { ProductKind } from '../../domain/order';
import type { BundleItem, Product, ProductForSale } from '../../domain/product';
import { type ShopSettings, settingsOf } from '../../domain/shop';
import { Prisma } from '../../prisma/generated/client';
import type { Db } from '../database';
import { CONTENTS } from './bundles';
import { toPrice } from './prices';

/** A product is a draft while none of its prices exists at Stripe. */
const NO_DRAFTS = Prisma.sql`AND EXISTS (
  SELECT 1 FROM prices d WHERE d.sku = p.sku AND d.current AND d.stripe_price_id IS NOT NULL)`;

/** Every product for sale with its prices and its free stock, oldest first. One statement. */
export const productsForSale = (db: Db): Promise<ProductForSale[]> => selectForSale(db, NO_DRAFTS);

/** As `productsForSale`, of these SKUs only; those not for sale are left out. One statement. */
export const findForSale = (db: Db, { skus }: { skus: string[] }): Promise<ProductForSale[]> =>
  selectForSale(db, Prisma.sql`AND p.sku = ANY(${skus}) ${NO_DRAFTS}`);

/**
 * As `findForSale`, drafts among them, which have no prices; and with what every checkout offers: a checkout asks for
 * both in one statement. The settings are those of a shop without any if no product is found.
 */
export async function findForCheckout(
  db: Db,
  { skus }: { skus: string[] },
): Promise<{ products: ProductForSale[]; shop: ShopSettings }> {
  const settings = Prisma.sql`, (SELECT settings FROM shop) AS shop`;
  const rows = await selectForSale<{ shop: ShopSettings | null }>(db, Prisma.sql`AND p.sku = ANY(${skus})`, settings);
  return { products: rows.map(({ shop: _, ...product }) => product), shop: settingsOf(rows[0]?.shop) };
}

/** A product as staff see it. */
export interface CatalogueProduct extends Product {
  /** What a bundle is made of; null for any other product. */
  bundle: BundleItem[] | null;
  file: { filename: string; contentType: string; size: number; sha256: string; uploadedAt: Date } | null;
  createdAt: Date;
  updatedAt: Date;
}

/** Reads a product with its current prices and its file; null when there is none. */
export async function findProduct(db: Db, { sku }: { sku: string }): Promise<CatalogueProduct | null> {
  const row = await db.product.findUnique({
    where: { sku },
    include: {
      prices: { where: { current: true }, orderBy: { position: 'asc' } },
      file: true,
      contents: { select: { sku: true, quantity: true }, orderBy: { position: 'asc' } },
    },
  });
  if (row === null) return null;
  const { file, prices, contents, refusedAt: _, ...product } = row;
  return {
    ...product,
    bundle: contents.length > 0 ? contents : null,
    prices: prices.map(toPrice),
    file: file && {
      filename: file.filename,
      contentType: file.contentType,
      size: Number(file.size),
      sha256: file.sha256,
      uploadedAt: file.createdAt,
    },
  };
}

/** What a product is; null when there is none. A bundle has neither stock nor a file, whatever is in it. */
export async function findKind(db: Db, { sku }: { sku: string }): Promise<ProductKind | 'BUNDLE' | null> {
  const product = await db.product.findUnique({
    where: { sku },
    select: { kind: true, contents: { select: { sku: true }, take: 1 } },
  });
  if (product === null) return null;
  return product.contents.length > 0 ? 'BUNDLE' : product.kind;
}

/** Which of these SKUs there are. */
export async function knownSkus(db: Db, { skus }: { skus: string[] }): Promise<Set<string>> {
  const rows = await db.product.findMany({ where: { sku: { in: skus } }, select: { sku: true } });
  return new Set(rows.map(({ sku }) => sku));
}

/** JSON keeps an amount as a plain number; the largest has twelve digits. */
async function selectForSale<More = unknown>(
  db: Db,
  which: Prisma.Sql,
  more = Prisma.empty,
): Promise<(ProductForSale & More)[]> {
  const rows = await db.$queryRaw<(ProductForSale & More)[]>`
    SELECT p.sku, p.name, p.description, p.kind::text AS kind, p.image_url AS "imageUrl",
      p.weight, p.tax_code AS "taxCode", p.tax_behavior::text AS "taxBehavior",
      (SELECT coalesce(json_agg(json_build_object('currency', r.currency, 'amount', r.amount, 'minimum', r.minimum,
          'stripePriceId', r.stripe_price_id) ORDER BY r.position, r.id), '[]')
        FROM prices r WHERE r.sku = p.sku AND r.current AND r.stripe_price_id IS NOT NULL) AS prices,
      CASE p.kind WHEN 'PHYSICAL' THEN coalesce(s.on_hand - s.held, 0) END AS available,
      ${CONTENTS} AS contents, p.refused_at IS NOT NULL AS refused${more}
    FROM products p LEFT JOIN stock_levels s ON s.sku = p.sku
    WHERE p.active ${which}
    ORDER BY p.created_at, p.sku`;
  return rows.map((row) =>
    row.contents === null
      ? row
      : { ...row, weight: row.weight ?? weightOf(row.contents), available: bundlesLeft(row.contents) },
  );
}
