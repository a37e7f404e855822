import type Stripe from 'stripe';
import type { SessionId } from '../domain/ids';
import type { PaymentStatus } from '../domain/order';
import type { Tx } from '../platform/database';
import type { Deps } from './deps';
import { inventory } from './inventory';
import { changeOrder, isDigital, type LockedOrder, lockKnownOrder } from './records';

/** A refund that has not failed counts, whether or not the bank has said so yet (https://docs.stripe.com/refunds#refund-object). */
const COUNTS = ['pending', 'requires_action', 'succeeded'];

/**
 * Records one refund as Stripe has it and adds up what was given back, in one transaction under the order's row lock. A sum that reaches the
 * total ends the order `REFUNDED`: what is unshipped returns to stock, downloads are revoked. Safe to repeat, by the asker and the follower.
 */
export async function recordRefund(
  { db, clock }: Deps,
  sessionId: SessionId,
  refund: Stripe.Refund,
  key: string,
): Promise<{ number: string }> {
  const at = new Date(clock.now());
  return db.$transaction(async (tx) => {
    const order = await lockKnownOrder(tx, sessionId);
    await writeRefund(tx, order, refund, key, at);
    const rows = await tx.refund.findMany({ where: { sessionId } });
    const refunded = rows
      .filter(({ status }) => COUNTS.includes(status))
      .reduce((sum, { amount }) => sum + Number(amount ?? 0), 0);
    const everything = refunded >= Number(order.total) && refunded > 0;
    const paymentStatus: PaymentStatus = everything ? 'REFUNDED' : refunded > 0 ? 'PARTIALLY_REFUNDED' : 'PAID';
    if (everything) await undoDelivery(tx, order, at);
    // The refund that empties the order remembers what the order was: if the bank refuses it later, the order goes back there.
    if (everything && order.status !== 'REFUNDED') {
      await tx.refund.updateMany({ where: { stripeId: refund.id }, data: { statusBefore: order.status } });
    }
    const restored =
      !everything && order.status === 'REFUNDED'
        ? rows.find(({ statusBefore }) => statusBefore !== null)?.statusBefore
        : null;
    await changeOrder(
      tx,
      order,
      at,
      {
        refunded,
        paymentStatus,
        ...(everything && { status: 'REFUNDED' as const }),
        ...(restored && { status: restored }),
      },
      {
        type: 'refund',
        message: `Refund of ${refund.amount} ${refund.currency}: ${refund.status}`,
        actor: 'stripe',
        key: `refund/${refund.id}/${refund.status}`,
      },
    );
    return { number: order.number };
  });
}

/** Undoes an order that no money was taken for (a free one, or one whose payment never came). */
export async function undoUnpaid({ db, clock }: Deps, sessionId: SessionId, actor: string): Promise<void> {
  const at = new Date(clock.now());
  await db.$transaction(async (tx) => {
    const order = await lockKnownOrder(tx, sessionId);
    if (order.status === 'CANCELLED') return;
    await undoDelivery(tx, order, at);
    await changeOrder(
      tx,
      order,
      at,
      { status: 'CANCELLED' },
      { type: 'cancelled', message: 'Cancelled; no money was taken', actor },
    );
  });
}

async function writeRefund(tx: Tx, order: LockedOrder, refund: Stripe.Refund, key: string, at: Date): Promise<void> {
  const seen = {
    stripeId: refund.id,
    amount: refund.amount,
    currency: refund.currency,
    status: refund.status ?? 'pending',
    updatedAt: at,
  };
  const known = await tx.refund.findFirst({ where: { OR: [{ stripeId: refund.id }, { key }] } });
  if (known) {
    await tx.refund.update({ where: { key: known.key }, data: seen });
    return;
  }
  await tx.refund.create({
    data: {
      key,
      sessionId: order.sessionId,
      reason: 'other',
      actor: 'stripe',
      createdAt: new Date(refund.created * 1000),
      ...seen,
    },
  });
}

/** Takes back what an order was given: unshipped goods return to stock, downloads are revoked. */
async function undoDelivery(tx: Tx, order: LockedOrder, at: Date): Promise<void> {
  const sessionId = order.sessionId as SessionId;
  await inventory.release(tx, sessionId, at);
  if (order.stock === 'COMMITTED') {
    const back = order.items
      .filter(({ kind }) => kind === 'PHYSICAL')
      .map(({ sku, quantity, shipped, restocked }) => ({ sku, quantity: Math.max(0, quantity - shipped - restocked) }))
      .filter(({ quantity }) => quantity > 0);
    if (back.length > 0) await inventory.restock(tx, sessionId, back, `undo/${sessionId}`, 'holdfast', at);
    if (isDigital(order.items) || back.length > 0)
      await tx.order.update({ where: { sessionId }, data: { stock: 'RETURNED' } });
  } else if (order.stock === 'HELD') {
    await tx.order.update({ where: { sessionId }, data: { stock: 'RELEASED' } });
  }
  await tx.downloadGrant.updateMany({ where: { sessionId, revokedAt: null }, data: { revokedAt: at } });
}
