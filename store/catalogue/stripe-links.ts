import type { Price, Product } from '../../domain/product';
import type { Product as ProductRow } from '../../prisma/generated/client';
import type { Db } from '../database';
import { PREDECESSOR, toSuccessor } from './prices';

/** A current price of a product, with where its link to Stripe is kept. */
export interface LinkedPrice extends Price {
  id: number;
  sku: string;
  position: number;
  /** The earlier price, which shoppers pay while this one has no id. */
  predecessor: Price | null;
}

export type LinkedProduct = Omit<Product, 'prices'> & { prices: LinkedPrice[] };

/** The whole catalogue with its current prices, by SKU. */
export async function linkedProducts(db: Db): Promise<LinkedProduct[]> {
  const rows = await db.product.findMany({
    include: { prices: { where: { current: true }, orderBy: { position: 'asc' }, include: PREDECESSOR } },
    orderBy: { sku: 'asc' },
  });
  return rows.map(({ prices, ...row }) => ({
    ...toProduct(row),
    prices: prices.map((price) => ({
      ...{ id: price.id, sku: price.sku, position: price.position },
      ...toSuccessor(price),
    })),
  }));
}

/** What Stripe is told of, without its prices. */
const toProduct = ({ sku, name, description, kind, imageUrl, active, weight, taxCode, taxBehavior }: ProductRow) => ({
  ...{ sku, name, description, kind, imageUrl, active, weight, taxCode, taxBehavior },
});

/**
 * Records which price at Stripe a price is: from now on shoppers pay it, and no longer the one that it replaces. An
 * earlier link stays known, on a row of its own: sessions may have been made with it.
 */
export async function linkPrice(
  db: Db,
  { price, stripePriceId, at }: { price: LinkedPrice; stripePriceId: string; at: Date },
): Promise<void> {
  if (price.stripePriceId === null) {
    await db.price.update({ where: { id: price.id }, data: { stripePriceId, replaces: null } });
    return;
  }
  const { id, sku, currency, amount, minimum, position } = price;
  await db.$transaction(async (tx) => {
    await tx.price.update({ where: { id }, data: { current: false } });
    await tx.price.upsert({
      where: { stripePriceId_currency: { stripePriceId, currency } },
      create: { sku, currency, amount, minimum, position, stripePriceId, createdAt: at },
      update: { current: true, position },
    });
  });
}
