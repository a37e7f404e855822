import type { z } from 'zod';
import type { ProductKind } from '../../../domain/order';
import { Problem } from '../../../domain/problem';
import type { Price } from '../../../prisma/generated/client';
import type { Db, Tx } from '../../../store/database';
import { invalid } from '../../http/route';
import type { ProductBody } from './products';

type Product = z.output<typeof ProductBody>;

/** Creates or replaces a product and its prices, in one transaction. */
export function saveProduct(db: Db, sku: string, product: Product, at: Date): Promise<{ created: boolean }> {
  const { name, description, kind, active, imageUrl = null } = product;
  const face = { name, description, kind, active, imageUrl, updatedAt: at };
  return db.$transaction(async (tx) => {
    // Two of staff who save at once, or staff and `stripe:setup`, take turns; readers are not held up.
    await tx.$executeRaw`LOCK TABLE prices IN SHARE ROW EXCLUSIVE MODE`;
    const known = await tx.product.findUnique({ where: { sku } });
    if (!known) await tx.product.create({ data: { sku, ...face, createdAt: at } });
    else {
      if (known.kind !== kind) await leaveKind(tx, sku, known.kind);
      await tx.product.update({ where: { sku }, data: face });
    }
    if (kind === 'PHYSICAL') await tx.stockLevel.createMany({ data: [{ sku }], skipDuplicates: true });
    await offer(tx, sku, offersOf(product), at);
    return { created: !known };
  });
}

/** What a product is can change only while nothing depends on it: then its shelf, which is empty, goes. */
async function leaveKind(tx: Tx, sku: string, kind: ProductKind): Promise<void> {
  const refuse = (why: string): never => {
    throw new Problem('invalid_transition', `The product is ${kind} and ${why}. Make another product under a new SKU.`);
  };
  if (await tx.orderItem.findFirst({ where: { sku } })) refuse('has been ordered');
  if (await tx.stockMovement.findFirst({ where: { sku } })) refuse('has stock movements');
  if (await tx.productFile.findUnique({ where: { sku } })) refuse('has a file');
  await tx.stockLevel.deleteMany({ where: { sku } });
}

/** A price as it was asked for, with where in the body it stands. */
type Offer = Pick<Price, 'currency' | 'amount' | 'minimum'> & { stripePriceId: string; path: string };

const offersOf = ({ prices, payWhatYouWant }: Product): Offer[] => [
  ...prices.map((price, i) => ({ ...price, amount: BigInt(price.amount), minimum: null, path: `prices.${i}` })),
  ...(payWhatYouWant
    ? [
        {
          currency: payWhatYouWant.currency,
          amount: BigInt(payWhatYouWant.suggested),
          minimum: BigInt(payWhatYouWant.minimum),
          stripePriceId: payWhatYouWant.stripePriceId,
          path: 'payWhatYouWant',
        },
      ]
    : []),
];

/**
 * Makes these the current prices, in this order. A price at Stripe never changes its terms, so the same id is the same row; a row that is not
 * named stays, no longer current.
 */
async function offer(tx: Tx, sku: string, offers: Offer[], at: Date): Promise<void> {
  const ids = offers.map(({ stripePriceId }) => stripePriceId);
  const known = await tx.price.findMany({ where: { OR: [{ sku, current: true }, { stripePriceId: { in: ids } }] } });
  await tx.price.updateMany({ where: { sku, current: true }, data: { current: false } });

  for (const [position, { path, ...terms }] of offers.entries()) {
    const linked = known.find(({ stripePriceId }) => stripePriceId === terms.stripePriceId);
    if (linked && (linked.sku !== sku || !sameTerms(linked, terms)))
      throw invalid([{ path: `${path}.stripePriceId`, message: `is known already as another price of ${linked.sku}` }]);
    // A price that waited for its id at Stripe gets it.
    const row = linked ?? known.find((one) => one.sku === sku && one.stripePriceId === null && sameTerms(one, terms));
    if (row) await tx.price.update({ where: { id: row.id }, data: { ...terms, current: true, position } });
    else await tx.price.create({ data: { sku, ...terms, position, createdAt: at } });
  }
}

const sameTerms = (one: Omit<Offer, 'path' | 'stripePriceId'>, other: Omit<Offer, 'path' | 'stripePriceId'>): boolean =>
  one.currency === other.currency && one.amount === other.amount && one.minimum === other.minimum;
