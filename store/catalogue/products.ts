import { bundlesLeft, weightOf } from '../../domain/bundle';
import type { ProductKind } from '../../domain/order';
import { type Picture, pictureAt } from '../../domain/picture';
import type { BundleItem, Price, PriceAtStripe, Product, ProductForSale, ProductGroup } from '../../domain/product';
import { type ShopSettings, settingsOf } from '../../domain/shop';
import { Prisma } from '../../prisma/generated/client';
import type { Db } from '../database';
import { CONTENTS } from './bundles';
import { toGroup } from './groups';
import { PREDECESSOR, toSuccessor } from './prices';

/** A product is a draft while none of its prices exists at Stripe, nor one that it replaces. */
const NO_DRAFTS = Prisma.sql`AND EXISTS (
  SELECT 1 FROM prices d WHERE d.sku = p.sku AND d.current AND coalesce(d.stripe_price_id, d.replaces::text) IS NOT NULL)`;

/** Which products for sale are read, in the order in which they were added. Null: all of them. */
export interface ProductPage {
  /** Those of a group. */
  group: string | null;
  /** Those after this one. */
  after: string | null;
  limit: number | null;
}

/** The products for sale with their prices and their free stock, oldest first. One statement. */
export async function productsForSale(db: Db, { group, after, limit }: ProductPage): Promise<ProductForSale[]> {
  const which = [
    NO_DRAFTS,
    group === null ? Prisma.empty : Prisma.sql`AND p.group_id = ${group}`,
    after === null
      ? Prisma.empty
      : Prisma.sql`AND (p.created_at, p.sku) > (SELECT a.created_at, a.sku FROM products a WHERE a.sku = ${after})`,
  ];
  const page = limit === null ? Prisma.empty : Prisma.sql`LIMIT ${limit}`;
  return (await selectForSale(db, Prisma.join(which, ' '), { page })).map(toForSale);
}

/** As `productsForSale`, of these SKUs only; those not for sale are left out. One statement. */
export const findForSale = async (db: Db, { skus }: { skus: string[] }): Promise<ProductForSale[]> =>
  (await selectForSale(db, Prisma.sql`AND p.sku = ANY(${skus}) ${NO_DRAFTS}`)).map(toForSale);

/**
 * As `findForSale`, drafts among them, which have no prices; and with what every checkout offers: a checkout asks for
 * both in one statement. The settings are those of a shop without any if no product is found.
 */
export async function findForCheckout(
  db: Db,
  { skus }: { skus: string[] },
): Promise<{ products: ProductForSale[]; shop: ShopSettings }> {
  const settings = Prisma.sql`, (SELECT settings FROM shop) AS shop`;
  const rows = await selectForSale<{ shop: ShopSettings | null }>(db, Prisma.sql`AND p.sku = ANY(${skus})`, {
    settings,
  });
  return { products: rows.map(({ shop: _, ...product }) => toForSale(product)), shop: settingsOf(rows[0]?.shop) };
}

/** A price, and the earlier one that shoppers pay while it is not at Stripe; null if they pay this one, or none. */
export type CataloguePrice = Price & { predecessor: PriceAtStripe | null };

/** A product as staff see it. */
export interface CatalogueProduct extends Product {
  prices: CataloguePrice[];
  /** Stripe refuses to sell it, so shoppers see it as sold out. */
  isRefused: boolean;
  /** What a bundle is made of; null for any other product. */
  bundle: BundleItem[] | null;
  /** Its buyers get licence keys. */
  licenceKeys: boolean;
  pictures: Picture[];
  group: ProductGroup | null;
  file: { filename: string; contentType: string; size: number; sha256: string; uploadedAt: Date } | null;
  createdAt: Date;
  updatedAt: Date;
}

/** Reads a product with its current prices and its file; null when there is none. */
export async function findProduct(db: Db, { sku }: { sku: string }): Promise<CatalogueProduct | null> {
  const row = await db.product.findUnique({
    where: { sku },
    include: {
      prices: { where: { current: true }, orderBy: { position: 'asc' }, include: PREDECESSOR },
      file: true,
      stock: { select: { sku: true } },
      contents: { select: { sku: true, quantity: true }, orderBy: { position: 'asc' } },
    },
  });
  if (row === null) return null;
  const { file, stock, prices, contents, images, groupId, groupName, options, refusedAt, ...product } = row;
  return {
    ...product,
    group: toGroup({ groupId, groupName, options }),
    pictures: picturesOf({ ...product, images }),
    bundle: contents.length > 0 ? contents : null,
    licenceKeys: product.kind === 'DIGITAL' && stock !== null,
    prices: prices.map(toSuccessor),
    isRefused: refusedAt !== null,
    file: file && {
      filename: file.filename,
      contentType: file.contentType,
      size: Number(file.size),
      sha256: file.sha256,
      uploadedAt: file.createdAt,
    },
  };
}

/** What decides which stock and which file a product has. `KEYS`: it is digital, and its stock are licence keys. */
export type Stocked = ProductKind | 'BUNDLE' | 'KEYS';

/** What a product is; null when there is none. A bundle has neither stock nor a file, whatever is in it. */
export async function findKind(db: Db, { sku }: { sku: string }): Promise<Stocked | null> {
  const product = await db.product.findUnique({
    where: { sku },
    select: { kind: true, stock: { select: { sku: true } }, contents: { select: { sku: true }, take: 1 } },
  });
  if (product === null) return null;
  if (product.contents.length > 0) return 'BUNDLE';
  return product.kind === 'DIGITAL' && product.stock !== null ? 'KEYS' : product.kind;
}

/** Which of these SKUs there are. */
export async function knownSkus(db: Db, { skus }: { skus: string[] }): Promise<Set<string>> {
  const rows = await db.product.findMany({ where: { sku: { in: skus } }, select: { sku: true } });
  return new Set(rows.map(({ sku }) => sku));
}

/** JSON keeps an amount as a plain number; the largest has twelve digits. */
const selectForSale = <More = unknown>(
  db: Db,
  which: Prisma.Sql,
  { settings = Prisma.empty, page = Prisma.empty }: { settings?: Prisma.Sql; page?: Prisma.Sql } = {},
): Promise<(ForSaleColumns & More)[]> =>
  db.$queryRaw<(ForSaleColumns & More)[]>`
    SELECT p.sku, p.name, p.description, p.kind::text AS kind, p.image_url AS "imageUrl", p.images,
      p.weight, p.tax_code AS "taxCode", p.tax_behavior::text AS "taxBehavior",
      (SELECT coalesce(json_agg(json_build_object('currency', r.currency, 'amount', r.amount, 'minimum', r.minimum,
          'stripePriceId', r.stripe_price_id) ORDER BY n.position, n.id), '[]')
        FROM prices n JOIN prices r ON r.id = CASE WHEN n.stripe_price_id IS NULL THEN n.replaces ELSE n.id END
        WHERE n.sku = p.sku AND n.current) AS prices,
      CASE p.kind WHEN 'PHYSICAL' THEN coalesce(s.on_hand - s.held, 0) ELSE s.on_hand - s.held END AS available,
      CASE WHEN p.group_id IS NOT NULL THEN json_build_object('id', p.group_id, 'name', p.group_name, 'options', p.options) END AS "group",
      ${CONTENTS} AS contents, p.refused_at IS NOT NULL AS refused${settings}
    FROM products p LEFT JOIN stock_levels s ON s.sku = p.sku
    WHERE p.active ${which}
    ORDER BY p.created_at, p.sku ${page}`;

/** A bundle's weight is its own, if it has one, and its stock is never. */
type ForSaleColumns = Omit<ProductForSale, 'pictures'> & { images: Picture[] };

const toForSale = ({ images, ...product }: ForSaleColumns): ProductForSale => ({
  ...product,
  pictures: picturesOf({ images, imageUrl: product.imageUrl }),
  ...(product.contents && {
    weight: product.weight ?? weightOf(product.contents),
    available: bundlesLeft(product.contents),
  }),
});

/** The pictures in a row. One that is older than the column has `imageUrl` alone. */
export function picturesOf({ images, imageUrl }: { images: unknown; imageUrl: string | null }): Picture[] {
  const pictures = images as Picture[];
  return pictures.length === 0 && imageUrl !== null ? [pictureAt(imageUrl)] : pictures;
}
