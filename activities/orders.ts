import type { SessionId } from '../domain/ids';
import { isFinal, type OrderStatus } from '../domain/order';
import type { CheckoutLine } from '../domain/session';
import type { Tx } from '../platform/database';
import type { Env } from '../platform/env';
import type { Checkout, StockState } from '../prisma/generated/client';
import type { Deps } from './deps';
import { inventory, type MissingStock } from './inventory';
import {
  changeOrder,
  type Happening,
  isDigital,
  type LockedOrder,
  lockKnownOrder,
  lockOrder,
  note,
  stockLines,
} from './records';

/** An order as its workflow needs to know it: ids, codes and times, nothing personal. */
export interface OrderFactsNow {
  number: string;
  status: OrderStatus;
  stock: StockState;
  total: number;
  currency: string;
  skus: string[];
  digital: boolean;
  /** Milliseconds since the epoch. */
  holdUntil: number;
  anythingShipped: boolean;
  /** A shipped order is taken as delivered after this long. */
  autoCompleteMs: number;
}

export type Opened =
  /** `fresh` when this call wrote it; else the run goes on from what the database says. */
  | { outcome: 'open'; fresh: boolean; order: OrderFactsNow; missing: MissingStock[] }
  /** Nothing was ever asked under this session's id: it may have been made elsewhere. */
  | { outcome: 'unknown' };

export const orders = ({ db, clock, env }: Deps) => ({
  /**
   * Step 1, in one transaction: the order and its items at the price asked, always; the holds, all or nothing. Safe to repeat: a known order
   * is answered as it stands. With `hold: false` (the shopper has gone) nothing is put aside.
   */
  async openOrder({ sessionId, hold }: { sessionId: SessionId; hold: boolean }): Promise<Opened> {
    const at = new Date(clock.now());
    return db.$transaction(async (tx) => {
      const known = await lockOrder(tx, sessionId);
      if (known) return { outcome: 'open', fresh: false, order: factsOf(known, env), missing: [] };
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

  /** The order as it stands. */
  async readOrder({ sessionId }: { sessionId: SessionId }): Promise<OrderFactsNow> {
    return db.$transaction(async (tx) => factsOf(await lockKnownOrder(tx, sessionId), env));
  },

  /** Ends an order that was not paid: gives back its stock and writes how it ended. */
  async endUnpaid({ sessionId, ending }: { sessionId: SessionId; ending: UnpaidEnding }): Promise<OrderStatus> {
    const at = new Date(clock.now());
    const { status, recoverable, ...happening } = UNPAID_ENDINGS[ending];
    return db.$transaction(async (tx) => {
      const order = await lockKnownOrder(tx, sessionId);
      if (isFinal(order.status)) return order.status;
      await inventory.release(tx, sessionId, at);
      await changeOrder(
        tx,
        order,
        at,
        {
          status,
          ...(order.stock === 'HELD' && { stock: 'RELEASED' }),
          ...(ending === 'payment-failed' && { paymentStatus: 'FAILED' as const }),
          ...(recoverable && { recoverableUntil: new Date(at.getTime() + RECOVERABLE_MS) }),
        },
        { type: ending, ...happening },
      );
      return status;
    });
  },

  /** Gives the stock back while money may still come: the order stays where it is and goes on watching Stripe. */
  async releaseHold({ sessionId, why }: { sessionId: SessionId; why: string }): Promise<void> {
    const at = new Date(clock.now());
    await db.$transaction(async (tx) => {
      const order = await lockKnownOrder(tx, sessionId);
      if (order.stock !== 'HELD') return;
      await inventory.release(tx, sessionId, at);
      await changeOrder(
        tx,
        order,
        at,
        { stock: 'RELEASED' },
        { type: 'released', message: `Stock given back: ${why}`, actor: 'holdfast' },
      );
    });
  },

  /** A delayed payment is on its way. */
  async markProcessing({ sessionId }: { sessionId: SessionId }): Promise<void> {
    const at = new Date(clock.now());
    await db.$transaction(async (tx) => {
      const order = await lockKnownOrder(tx, sessionId);
      if (order.paymentStatus !== 'UNPAID') return;
      await changeOrder(
        tx,
        order,
        at,
        { paymentStatus: 'PROCESSING' },
        { type: 'processing', message: 'The payment is on its way', actor: 'stripe' },
      );
    });
  },

  /**
   * Steps 4 and 5, in one transaction: turns the hold into a sale (or takes stock again when the hold is gone), grants the downloads, and
   * moves the order to where it rests: `COMPLETED` when all of it is digital, else `PREPARING`. Answers what is missing when there is none.
   */
  async commitOrder({
    sessionId,
  }: {
    sessionId: SessionId;
  }): Promise<{ status: OrderStatus; missing: MissingStock[] }> {
    const at = new Date(clock.now());
    return db.$transaction(async (tx) => {
      const order = await lockKnownOrder(tx, sessionId);
      if (order.status !== 'PENDING') return { status: order.status, missing: [] };
      const missing = await inventory.commit(tx, sessionId, stockLines(order.items), at);
      if (missing.length > 0) return { status: order.status, missing };
      await grantDownloads(tx, order, at, env);
      const status = isDigital(order.items) ? 'COMPLETED' : 'PREPARING';
      await changeOrder(
        tx,
        order,
        at,
        { status, stock: 'COMMITTED' },
        {
          type: 'committed',
          message:
            status === 'COMPLETED'
              ? 'Delivered: the downloads are granted'
              : 'Stock sold to this order; waiting to be shipped',
          actor: 'holdfast',
        },
      );
      return { status, missing };
    });
  },

  /** Raises the flag that a step cannot go on; staff see it in lists, in the Temporal UI and by mail. */
  async raiseAttention({
    sessionId,
    step,
    reason,
  }: {
    sessionId: SessionId;
    step: string;
    reason: string;
  }): Promise<void> {
    const at = new Date(clock.now());
    await db.$transaction(async (tx) => {
      const order = await lockOrder(tx, sessionId);
      if (!order || (order.attentionStep === step && order.attentionReason === reason)) return;
      await changeOrder(
        tx,
        order,
        at,
        { attentionStep: step, attentionReason: reason, attentionSince: at },
        {
          type: 'attention',
          message: `Needs attention at “${step}”: ${reason}`,
          actor: 'holdfast',
          key: `attention/${step}/${at.getTime()}`,
        },
      );
    });
  },

  /** Lowers the flag again. */
  async clearAttention({ sessionId }: { sessionId: SessionId }): Promise<void> {
    const at = new Date(clock.now());
    await db.$transaction(async (tx) => {
      const order = await lockOrder(tx, sessionId);
      if (!order || order.attentionStep === null) return;
      await changeOrder(tx, order, at, { attentionStep: null, attentionReason: null, attentionSince: null });
    });
  },

  /** Writes what happened on the timeline, where no status changes. */
  async noteHappening({ sessionId, ...happening }: { sessionId: SessionId } & Happening): Promise<void> {
    await db.$transaction((tx) => note(tx, sessionId, new Date(clock.now()), happening));
  },
});

/** How an order ends that no money came for. */
export type UnpaidEnding = 'expired' | 'payment-failed' | 'sold-out' | 'abandoned' | 'cancelled';

const UNPAID_ENDINGS: Record<
  UnpaidEnding,
  { status: OrderStatus; recoverable: boolean; message: string; actor: string }
> = {
  expired: { status: 'EXPIRED', recoverable: true, message: 'Closed unpaid at the end of the hold', actor: 'holdfast' },
  'payment-failed': { status: 'EXPIRED', recoverable: true, message: 'The delayed payment failed', actor: 'stripe' },
  'sold-out': {
    status: 'CANCELLED',
    recoverable: false,
    message: 'Sold out at checkout; the till is closed',
    actor: 'holdfast',
  },
  abandoned: { status: 'CANCELLED', recoverable: false, message: 'The shopper left without paying', actor: 'shopper' },
  cancelled: { status: 'CANCELLED', recoverable: false, message: 'Cancelled before any money came', actor: 'staff' },
};

/** How long a recovery link works: as long as Stripe's own (https://docs.stripe.com/payments/checkout/abandoned-carts). */
const RECOVERABLE_MS = 30 * 86_400_000;

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

async function grantDownloads(tx: Tx, order: LockedOrder, at: Date, env: Env): Promise<void> {
  const digital = order.items.filter(({ kind }) => kind === 'DIGITAL');
  if (digital.length === 0) return;
  await tx.downloadGrant.createMany({
    data: digital.map(({ sku }) => ({
      id: crypto.randomUUID(),
      sessionId: order.sessionId,
      sku,
      allowed: env.DOWNLOAD_LIMIT,
      expiresAt: new Date(at.getTime() + env.DOWNLOAD_TTL_SECONDS * 1000),
    })),
    skipDuplicates: true,
  });
}

function factsOf(order: LockedOrder, env: Env): OrderFactsNow {
  return {
    number: order.number,
    status: order.status,
    stock: order.stock,
    total: Number(order.total),
    currency: order.currency,
    skus: order.items.map(({ sku }) => sku),
    digital: isDigital(order.items),
    holdUntil: order.holdUntil.getTime(),
    anythingShipped: order.items.some(({ shipped }) => shipped > 0),
    autoCompleteMs: env.AUTO_COMPLETE_SECONDS * 1000,
  };
}
