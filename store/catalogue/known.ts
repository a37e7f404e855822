import type { ProductKind } from '../../domain/order';
import type { Content } from '../../domain/product';
import type { Db } from '../database';
import { CONTENTS } from './bundles';

/**
 * The products of Stripe prices, including replaced prices. `minimum` is set for pay-what-you-want, in the
 * given currency. A price that is not known in that currency is still found, with its product.
 */
export async function productsOfPrices(
  db: Db,
  { stripePriceIds, currency }: { stripePriceIds: string[]; currency: string | null },
): Promise<{ stripePriceId: string; sku: string; minimum: number | null }[]> {
  if (stripePriceIds.length === 0) return [];
  const prices = await db.price.findMany({ where: { stripePriceId: { in: stripePriceIds } } });
  const inCurrency = (of: { currency: string }) => Number(of.currency === currency);
  return prices
    .sort((one, other) => inCurrency(one) - inCurrency(other))
    .flatMap(({ stripePriceId, sku, minimum }) =>
      stripePriceId === null ? [] : [{ stripePriceId, sku, minimum: minimum === null ? null : Number(minimum) }],
    );
}

interface KnownProduct {
  sku: string;
  name: string;
  kind: ProductKind;
  /** What a bundle is made of today; null for any other product. */
  contents: Content[] | null;
}

/** The known products among these SKUs, for sale or not. */
export async function knownProducts(db: Db, skus: string[]): Promise<KnownProduct[]> {
  if (skus.length === 0) return [];
  return db.$queryRaw<KnownProduct[]>`
    SELECT p.sku, p.name, p.kind::text AS kind, ${CONTENTS} AS contents FROM products p WHERE p.sku = ANY(${skus})`;
}
