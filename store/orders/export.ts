import { type Address, wholeAddress } from '../../domain/address';
import type { ParcelLine } from '../../domain/parcel';
import type { Prisma } from '../../prisma/generated/client';
import type { Db } from '../database';
import { type OrderFilter, type OrderPosition, type OrderSummary, pageBy, toSummary } from './list';

/** How many orders are in memory at a time. */
const PAGE = 500;

/** An order as a row of a table. Amounts are in the order's currency. */
export interface ExportedOrder extends OrderSummary {
  subtotal: number;
  discount: number;
  shipping: number;
  tax: number;
  taxIncluded: number;
  paymentIntentId: string | null;
  paidAt: Date | null;
  shippedAt: Date | null;
  items: ParcelLine[];
  /** Null where it was not asked for, is not known, or was erased. */
  customer: { email: string | null; name: string | null; userId: string | null; address: Address | null } | null;
}

/**
 * All orders that match, newest first, in pages by keyset. The next page is read when it is asked for: an order that
 * changes meanwhile is as it is then, and no order comes twice or is left out.
 * @param personal whether who bought is read too
 */
export async function* exportOrders(
  db: Db,
  { filter, personal }: { filter: OrderFilter; personal: boolean },
): AsyncGenerator<ExportedOrder[], void> {
  for (let after: OrderPosition | null = null; ; ) {
    const rows: Row[] = await db.order.findMany({ ...pageBy(filter, after, PAGE), include: partsOf(personal) });
    if (rows.length === 0) return;
    const page = rows.map(toRow);
    yield page;
    after = rows.length === PAGE ? (page.at(-1) ?? null) : null;
    if (after === null) return;
  }
}

const items = { orderBy: { position: 'asc' }, where: { quantity: { gt: 0 } } } satisfies Prisma.Order$itemsArgs;

const partsOf = (personal: boolean) => ({ items, customer: personal }) satisfies Prisma.OrderInclude;

type Row = Prisma.OrderGetPayload<{ include: { items: true } }> & {
  customer?: Prisma.CustomerGetPayload<object> | null;
};

const toRow = ({ customer, ...row }: Row): ExportedOrder => ({
  ...toSummary(row),
  subtotal: row.items.reduce((sum, { total }) => sum + Number(total), 0),
  discount: Number(row.discount),
  shipping: Number(row.shipping),
  tax: Number(row.tax),
  taxIncluded: Number(row.taxIncluded),
  paymentIntentId: row.paymentIntentId,
  paidAt: row.paidAt,
  shippedAt: row.shippedAt,
  items: row.items.map(({ sku, quantity }) => ({ sku, quantity })),
  customer: customer
    ? {
        ...{ email: customer.email, name: customer.name, userId: customer.userId },
        address: customer.address ? wholeAddress(customer.address as Partial<Address>) : null,
      }
    : null,
});
