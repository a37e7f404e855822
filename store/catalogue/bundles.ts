import type { ProductKind } from '../../domain/order';
import type { BundleItem } from '../../domain/product';
import { Prisma } from '../../prisma/generated/client';
import type { Tx } from '../database';

/** What the product `p` of a query is made of, as `Content[]` (domain/product.ts); null if it is no bundle. */
export const CONTENTS = Prisma.sql`(
  SELECT json_agg(json_build_object('sku', b.sku, 'quantity', b.quantity, 'name', c.name, 'kind', c.kind, 'weight', c.weight,
      'prices', (SELECT coalesce(json_agg(json_build_object('currency', r.currency, 'amount', r.amount)), '[]')
        FROM prices n JOIN prices r ON r.id = CASE WHEN n.stripe_price_id IS NULL THEN coalesce(n.replaces, n.id) ELSE n.id END
        WHERE n.sku = b.sku AND n.current AND r.minimum IS NULL),
      'available', CASE c.kind WHEN 'PHYSICAL' THEN coalesce(l.on_hand - l.held, 0) ELSE l.on_hand - l.held END) ORDER BY b.position)
  FROM bundle_items b JOIN products c ON c.sku = b.sku LEFT JOIN stock_levels l ON l.sku = b.sku WHERE b.bundle = p.sku)`;

/** Why a product cannot be this bundle. */
export type RefusedBundle =
  /** What stands at this place is no product, or is a bundle itself. */
  | { because: 'unknown' | 'nested'; position: number }
  /** A bundle is physical if something in it is, and else digital. */
  | { because: 'kind'; kind: ProductKind };

/** Null if it can. That it is in no bundle itself is known already. */
export async function whyNotBundle(
  tx: Tx,
  { sku, kind, bundle }: { sku: string; kind: ProductKind; bundle: BundleItem[] },
): Promise<RefusedBundle | null> {
  const skus = bundle.map((item) => item.sku);
  const rows = await tx.product.findMany({
    where: { sku: { in: skus } },
    select: { sku: true, kind: true, contents: { select: { sku: true }, take: 1 } },
  });
  const unknown = skus.findIndex((one) => one !== sku && !rows.some((row) => row.sku === one));
  if (unknown >= 0) return { because: 'unknown', position: unknown };
  const bundles = new Set(rows.filter(({ contents }) => contents.length > 0).map((row) => row.sku));
  const nested = skus.findIndex((one) => one === sku || bundles.has(one));
  if (nested >= 0) return { because: 'nested', position: nested };
  const needed = rows.some((row) => row.kind === 'PHYSICAL') ? 'PHYSICAL' : 'DIGITAL';
  return kind === needed ? null : { because: 'kind', kind: needed };
}

/** Whether a product is in a bundle. */
export const isInBundle = async (tx: Tx, { sku }: { sku: string }): Promise<boolean> =>
  (await tx.bundleItem.findFirst({ where: { sku }, select: { sku: true } })) !== null;

/** Makes these a bundle's contents, in this order; a product without any is no bundle. */
export async function replaceContents(tx: Tx, { sku, bundle }: { sku: string; bundle: BundleItem[] }): Promise<void> {
  await tx.bundleItem.deleteMany({ where: { bundle: sku } });
  await tx.bundleItem.createMany({
    data: bundle.map((item, position) => ({ bundle: sku, sku: item.sku, quantity: item.quantity, position })),
  });
}
