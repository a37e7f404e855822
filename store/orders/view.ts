import { asBought, type BoughtLine, type SoldBundle } from '../../domain/bundle';
import { type Halt, haltOf } from '../../domain/halt';
import type { SessionId } from '../../domain/ids';
import type { ProductKind, Reason } from '../../domain/order';
import { isAllLost } from '../../domain/order-money';
import { waitsForCustomer } from '../../domain/refund';
import type { Voucher } from '../../domain/voucher';
import type { Prisma } from '../../prisma/generated/client';
import type { Db } from '../database';
import { type OrderHead, toHead } from './head';
import { moneyOf } from './records';
import { shipFacts } from './shipments';

/** An order as its shopper may see it: nothing in it says who bought. Amounts are in the order's currency. */
export interface OrderView extends OrderHead {
  amounts: OrderAmounts;
  /** The part of `refunded` that waits until the customer has given Stripe their bank details. */
  awaitingBankDetails: number;
  /** The part of `refunded` that the shop has paid in another way. */
  refundedElsewhere: number;
  /** What is delivered: what is in a bundle, in place of the bundle. */
  items: { sku: string; name: string; kind: ProductKind; quantity: number; unitAmount: number; total: number }[];
  /** The same as it was in the cart: a bundle is one line. */
  bought: BoughtLine[];
  shipments: {
    carrier: string;
    trackingNumber: string;
    trackingUrl: string | null;
    shippedAt: Date;
    deliveredAt: Date | null;
  }[];
  /** Downloads and licence keys that were granted and not revoked. */
  grants: { id: string; sku: string; expiresAt: Date; allowed: number; used: number }[];
  /** Issued and not erased, in the order of their issue. */
  licenceKeys: OrderKey[];
  holdUntil: Date;
  /** Until when an expired order's recovery link works; null: no link was offered. */
  recoverableUntil: Date | null;
  /** Whether it ended because something in it was sold out. */
  soldOut: boolean;
  /** What keeps it from going on; null if nothing does. */
  halted: Halt | null;
  /** The language of the shopper, as the checkout named it. */
  locale: string | null;
  /** How to pay a payment that is on its way, such as a voucher; null where there is nothing to do. */
  voucher: Voucher | null;
  createdAt: Date;
  updatedAt: Date;
  /** Counts the changes of the order itself. */
  version: number;
  /** Counts the changes of what is here, as `readRevisions` does. */
  revision: number;
}

/** A licence key of an order. */
export interface OrderKey {
  sku: string;
  key: string;
  issuedAt: Date;
  /** When its download links end; a link that is not signed shows no whole key any more, either. */
  expiresAt: Date;
  /** Since when it is no longer the customer's; null: it is. */
  revokedAt: Date | null;
}

/** What a total is made of: subtotal − discount + shipping + (tax − taxIncluded). */
export interface OrderAmounts {
  /** The sum of the items as they were bought: the shopper may have named the price of one. */
  subtotal: number;
  discount: number;
  shipping: number;
  /** All of the tax, whether included in the prices or added to them. */
  tax: number;
  /** The part of the tax that the prices already include. */
  taxIncluded: number;
}

/** Reads an order for its shopper; null when there is none. */
export async function readOrder(db: Db, id: SessionId): Promise<OrderView | null> {
  const row = await db.order.findUnique({ where: { sessionId: id }, include: viewParts });
  return row && toView(row);
}

/** An order by its number, if it is of the customer with this address (in lower case); null otherwise. */
export async function findOrderOf(
  db: Db,
  { number, email }: { number: string; email: string },
): Promise<OrderView | null> {
  const row = await db.order.findFirst({ where: { number, customer: { is: { email } } }, include: viewParts });
  return row && toView(row);
}

const SOLD_OUT = 'out_of_stock' satisfies Reason;
const SETTLED_ELSEWHERE = 'settled_elsewhere';

/** What a view is made from, for queries that read more. */
export const viewParts = {
  items: { orderBy: { position: 'asc' } },
  shipments: { orderBy: [{ shippedAt: 'asc' }, { id: 'asc' }] },
  grants: { orderBy: { sku: 'asc' }, include: { keys: { orderBy: { id: 'asc' } } } },
  refunds: { where: { OR: [{ status: { in: ['requires_action', SETTLED_ELSEWHERE] } }, { reason: SOLD_OUT }] } },
} satisfies Prisma.OrderInclude;

type Row = Prisma.OrderGetPayload<{ include: typeof viewParts }>;

/** Not a line whose whole purchase has moved to another SKU, sent instead. */
const isBought = ({ quantity }: { quantity: number }): boolean => quantity > 0;

export const toView = (row: Row): OrderView => ({
  ...toHead(row),
  ...linesOf(row),
  amounts: amountsOf(row),
  awaitingBankDetails: sumOf(row.refunds.filter(({ status }) => waitsForCustomer(status))),
  refundedElsewhere: sumOf(row.refunds.filter(({ status }) => status === SETTLED_ELSEWHERE)),
  shipments: row.shipments,
  grants: row.grants.filter(({ revokedAt }) => revokedAt === null),
  licenceKeys: row.grants.flatMap(keysOf),
  holdUntil: row.holdUntil,
  recoverableUntil: row.recoverableUntil,
  soldOut: wasSoldOut(row),
  halted: haltOf({ ...shipFacts(row), lost: isAllLost(moneyOf(row)), cancelRefused: row.cancelRefusal !== null }),
  locale: row.locale,
  voucher: row.voucher as Voucher | null,
  createdAt: row.createdAt,
  updatedAt: row.updatedAt,
  version: row.version,
  revision: row.grants.reduce((sum, { used }) => sum + used, row.version),
});

const sumOf = (refunds: Row['refunds']): number => refunds.reduce((sum, { amount }) => sum + Number(amount), 0);

const keysOf = ({ sku, keys, expiresAt, revokedAt }: Row['grants'][number]): OrderKey[] =>
  keys.flatMap(({ key, issuedAt }) =>
    key === null || issuedAt === null ? [] : [{ sku, key, issuedAt, expiresAt, revokedAt }],
  );

function linesOf(row: Row): Pick<OrderView, 'items' | 'bought'> {
  const items = row.items.filter(isBought).map(({ sku, name, kind, quantity, unitAmount, total }) => ({
    ...{ sku, name, kind, quantity },
    unitAmount: Number(unitAmount),
    total: Number(total),
  }));
  return { items, bought: asBought(items, row.bundles as SoldBundle[]) };
}

/** At the checkout, or later: a payment that came after the hold had ended found nothing left. */
const wasSoldOut = ({ status, stock, refunds }: Row): boolean =>
  (status === 'CANCELLED' && stock === 'SOLD_OUT') ||
  (status === 'REFUNDED' && (stock === 'SOLD_OUT' || refunds.some(({ reason }) => reason === SOLD_OUT)));

const amountsOf = (row: Row): OrderAmounts => ({
  subtotal: row.items.reduce((sum, { total }) => sum + Number(total), 0),
  discount: Number(row.discount),
  shipping: Number(row.shipping),
  tax: Number(row.tax),
  taxIncluded: Number(row.taxIncluded),
});
