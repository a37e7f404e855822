import type { Price } from '../../domain/product';
import type { Price as PriceRow } from '../../prisma/generated/client';
import type { Tx } from '../database';

/** Reads a row's terms. */
export const toPrice = ({
  currency,
  amount,
  minimum,
  stripePriceId,
}: Pick<PriceRow, 'currency' | 'amount' | 'minimum' | 'stripePriceId'>): Price => ({
  currency,
  amount: Number(amount),
  minimum: minimum === null ? null : Number(minimum),
  stripePriceId,
});

/** A price id that is already known as another product's price, or with other terms. */
export interface TakenPrice {
  /** Where it stands among the prices given. */
  position: number;
  /** The product it belongs to. */
  sku: string;
}

/** The price of a product that may be named again: those offered now, and those with one of these ids at Stripe. */
type KnownPrice = Price & { id: number; sku: string };

export async function knownPrices(tx: Tx, { sku, prices }: { sku: string; prices: Price[] }): Promise<KnownPrice[]> {
  const ids = prices.flatMap(({ stripePriceId }) => stripePriceId ?? []);
  const rows = await tx.price.findMany({ where: { OR: [{ sku, current: true }, { stripePriceId: { in: ids } }] } });
  return rows.map((row) => ({ id: row.id, sku: row.sku, ...toPrice(row) }));
}

/**
 * A price at Stripe never changes its terms, so the same id in the same currency must be the same price here. In
 * another currency it may have another amount, but must belong to the same product.
 */
export function takenPrice(known: KnownPrice[], { sku, prices }: { sku: string; prices: Price[] }): TakenPrice | null {
  for (const [position, price] of prices.entries()) {
    const taken = known.find((one) => sameId(one, price) && (one.sku !== sku || changesTerms(one, price)));
    if (taken) return { position, sku: taken.sku };
  }
  return null;
}

/**
 * Makes these the current prices, in this order. A price that is known keeps its row, one that waited for its id at
 * Stripe gets it, one that is named without an id keeps the one it has, and a row that is not named stays, no longer
 * current: a session made with it can still be understood.
 */
export async function replacePrices(
  tx: Tx,
  known: KnownPrice[],
  { sku, prices, at }: { sku: string; prices: Price[]; at: Date },
): Promise<void> {
  await tx.price.updateMany({ where: { sku, current: true }, data: { current: false } });
  for (const [position, price] of prices.entries()) {
    const alike = known.filter((one) => one.sku === sku && sameTerms(one, price));
    const row =
      linkedTo(known, price) ??
      alike.find((one) => one.stripePriceId === null) ??
      (price.stripePriceId === null ? alike[0] : undefined);
    const stripePriceId = price.stripePriceId ?? row?.stripePriceId ?? null;
    if (row)
      await tx.price.update({ where: { id: row.id }, data: { ...price, stripePriceId, current: true, position } });
    else await tx.price.create({ data: { sku, ...price, position, createdAt: at } });
  }
}

const sameId = (one: KnownPrice, { stripePriceId }: Price): boolean =>
  stripePriceId !== null && one.stripePriceId === stripePriceId;

const changesTerms = (one: Price, other: Price): boolean => one.currency === other.currency && !sameTerms(one, other);

const linkedTo = (known: KnownPrice[], price: Price): KnownPrice | undefined =>
  known.find((one) => sameId(one, price) && one.currency === price.currency);

const sameTerms = (one: Price, other: Price): boolean =>
  one.currency === other.currency && one.amount === other.amount && one.minimum === other.minimum;
