import type { SessionId } from '../../domain/ids';
import type { CheckoutLine } from '../../domain/session';
import type { Checkout, StockState } from '../../prisma/generated/client';
import type { Tx } from '../../store/database';
import { changeOrder, type LockedOrder, lockOrder, note, stockLines } from '../../store/orders/records';
import { inventory, type MissingStock } from '../../store/stock/inventory';
import type { Deps } from '../deps';
import { factsOf, type OrderFactsNow } from './facts';

export type Opened =
  /** `fresh` when this call wrote it; else the run goes on from what the database says. */
  | { outcome: 'open'; fresh: boolean; order: OrderFactsNow; missing: MissingStock[] }
  /** Nothing was ever asked under this session's id: it may have been made elsewhere. */
  | { outcome: 'unknown' };

/** How an order comes into the database. */
export const opening = ({ db, clock, env }: Deps) => ({
  /**
   * Step 1, in one transaction: the order and its items at the price asked, always; the holds, all or nothing. Safe to repeat: a known order
   * is answered as it stands. With `hold: false` (the shopper has gone) nothing is put aside.
   */
  async openOrder({ sessionId, hold }: { sessionId: SessionId; hold: boolean }): Promise<Opened> {
    const at = new Date(clock.now());
    return db.$transaction(async (tx) => {
      const known = await lockOrder(tx, sessionId);
      if (known) {
        const missing = known.stock === 'SOLD_OUT' ? await inventory.missing(tx, stockLines(known.items)) : [];
        return { outcome: 'open', fresh: false, order: factsOf(known, env), missing };
      }
      const checkout = await tx.checkout.findUnique({ where: { sessionId } });
      if (!checkout) return { outcome: 'unknown' };

      const order = await writeOrder(tx, sessionId, checkout, at);
      // The hold comes last, so that the rows others wait for are locked for one round trip.
      const missing = hold ? await inventory.hold(tx, sessionId, stockLines(order.items), checkout.holdUntil, at) : [];
      const stock: StockState = !hold ? 'RELEASED' : missing.length > 0 ? 'SOLD_OUT' : 'HELD';
      if (stock !== 'HELD') await changeOrder(tx, order, at, { stock });
      return { outcome: 'open', fresh: true, order: { ...factsOf(order, env), stock }, missing };
    });
  },
});

async function writeOrder(tx: Tx, sessionId: SessionId, checkout: Checkout, at: Date): Promise<LockedOrder> {
  const request = checkout.request as { customer_email?: string; locale?: string; metadata?: { userId?: string } };
  const lines = checkout.lines as unknown as CheckoutLine[];
  const userId = request.metadata?.userId ?? null;
  const email = request.customer_email?.toLowerCase() ?? null;
  const order = await tx.order.create({
    include: { items: { orderBy: { position: 'asc' } } },
    data: {
      sessionId,
      number: checkout.number,
      status: 'PENDING',
      paymentStatus: 'UNPAID',
      stock: 'HELD',
      origin: checkout.origin,
      currency: checkout.currency,
      subtotal: checkout.subtotal,
      total: checkout.subtotal,
      holdUntil: checkout.holdUntil,
      locale: request.locale ?? null,
      createdAt: at,
      updatedAt: at,
      items: {
        create: lines.map(({ sku, name, kind, quantity, unitAmount, total }, position) => ({
          sku,
          name,
          kind,
          quantity,
          unitAmount,
          total,
          position,
        })),
      },
      ...((email || userId) && { customer: { create: { email, userId } } }),
    },
  });
  await note(tx, sessionId, at, {
    type: 'opened',
    message: `Opened by ${checkout.origin === 'CHECKOUT' ? 'checkout' : 'a session made elsewhere'}`,
    actor: 'shopper',
  });
  return order;
}
