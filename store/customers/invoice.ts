import type { SessionId } from '../../domain/ids';
import { Prisma } from '../../prisma/generated/client';
import type { Db } from '../database';

/** An invoice that Stripe made of an order. Whoever has an address of it sees the customer's name and address. */
export interface Invoice {
  /** `in_…` */
  id: string;
  /** Stripe's page with it. Stripe lets the address expire after some weeks. */
  url: string | null;
  pdf: string | null;
}

/**
 * Keeps where the invoice of an order is. One without links does not replace what is known of it. An erased customer
 * stays erased.
 */
export async function saveInvoice(
  db: Db,
  { sessionId, invoice }: { sessionId: SessionId; invoice: Invoice },
): Promise<void> {
  const isBare = invoice.url === null && invoice.pdf === null;
  await db.customer.updateMany({
    where: { sessionId, erasedAt: null, ...(isBare && { invoice: { equals: Prisma.AnyNull } }) },
    data: { invoice: { ...invoice } },
  });
}

/** The column holds what `saveInvoice` wrote. */
export const toInvoice = (kept: Prisma.JsonValue): Invoice | null => kept as Invoice | null;
