import type { Price, PriceAtStripe } from '../../domain/product';
import type { Price as PriceRow, Prisma } from '../../prisma/generated/client';
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

/** The price that shoppers pay while its successor has no id at Stripe. */
export const PREDECESSOR = {
  predecessor: { select: { currency: true, amount: true, minimum: true, stripePriceId: true } },
} satisfies Prisma.PriceInclude;

/** Reads a row's terms, with its predecessor while that is sold in its place. */
export const toSuccessor = ({ predecessor, ...row }: Prisma.PriceGetPayload<{ include: typeof PREDECESSOR }>) => ({
  ...toPrice(row),
  predecessor: row.stripePriceId === null && predecessor !== null ? (toPrice(predecessor) as PriceAtStripe) : null,
});

/** A price of a product that may be named again. `replaces`: the id of the row that is sold in its place. */
type KnownPrice = Price & { id: number; sku: string; current: boolean; replaces: number | null };

/** The prices of a product that it has now, those that are sold in their place, and those with an id that is named. */
export async function knownPrices(tx: Tx, { sku, prices }: { sku: string; prices: Price[] }): Promise<KnownPrice[]> {
  const ids = prices.flatMap(({ stripePriceId }) => stripePriceId ?? []);
  const now = { sku, current: true };
  const rows = await tx.price.findMany({
    where: { OR: [now, { successors: { some: now } }, { stripePriceId: { in: ids } }] },
  });
  return rows.map((row) => ({
    ...{ id: row.id, sku: row.sku, current: row.current, replaces: row.replaces },
    ...toPrice(row),
  }));
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
 * current: a session made with it can still be understood. What a price without an id replaces goes on selling,
 * unless Stripe refuses to sell the product.
 */
export async function replacePrices(
  tx: Tx,
  known: KnownPrice[],
  { sku, prices, at, isRefused = false }: { sku: string; prices: Price[]; at: Date; isRefused?: boolean },
): Promise<void> {
  const sold = isRefused ? [] : soldNow(known, sku);
  await tx.price.updateMany({ where: { sku, current: true }, data: { current: false } });
  for (const [position, price] of prices.entries()) {
    const alike = known.filter((one) => one.sku === sku && sameTerms(one, price));
    const row =
      linkedTo(known, price) ??
      alike.find((one) => one.stripePriceId === null) ??
      (price.stripePriceId === null ? alike[0] : undefined);
    const stripePriceId = price.stripePriceId ?? row?.stripePriceId ?? null;
    const replaces = stripePriceId === null ? predecessorOf(sold, price, prices) : null;
    const { currency, amount, minimum } = price;
    const data = { currency, amount, minimum, stripePriceId, replaces, position };
    if (row) await tx.price.update({ where: { id: row.id }, data: { ...data, current: true } });
    else await tx.price.create({ data: { sku, ...data, createdAt: at } });
  }
}

/** What shoppers pay now: of each current price, the row that is at Stripe. */
const soldNow = (known: KnownPrice[], sku: string): KnownPrice[] =>
  known
    .filter((one) => one.sku === sku && one.current)
    .flatMap((one) => (one.stripePriceId === null ? (known.find(({ id }) => id === one.replaces) ?? []) : one));

/**
 * The row that a price without an id replaces: what is sold in its currency, fixed if it is fixed. If that is not sold,
 * it replaces the other one, unless another of these prices does. A price that stays on sale itself is not replaced.
 */
function predecessorOf(sold: KnownPrice[], price: Price, prices: Price[]): number | null {
  const one =
    sold.find((row) => sameKind(row, price)) ??
    sold.find((row) => row.currency === price.currency && !prices.some((other) => sameKind(row, other)));
  return one?.id ?? null;
}

/** A product has one fixed price in a currency, and one that the shopper chooses. */
const sameKind = (one: Price, other: Price): boolean =>
  one.currency === other.currency && (one.minimum === null) === (other.minimum === null);

const sameId = (one: KnownPrice, { stripePriceId }: Price): boolean =>
  stripePriceId !== null && one.stripePriceId === stripePriceId;

const changesTerms = (one: Price, other: Price): boolean => one.currency === other.currency && !sameTerms(one, other);

const linkedTo = (known: KnownPrice[], price: Price): KnownPrice | undefined =>
  known.find((one) => sameId(one, price) && one.currency === price.currency);

const sameTerms = (one: Price, other: Price): boolean =>
  one.currency === other.currency && one.amount === other.amount && one.minimum === other.minimum;
