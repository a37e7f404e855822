import type { SessionId } from '../../domain/ids';
import { isFinal, mayMove, type OrderStatus } from '../../domain/order';
import type { OrderMoney } from '../../domain/order-money';
import type { Order, OrderItem } from '../../prisma/generated/client';
import type { Db, Tx } from '../database';

/**
 * An order with its items. Its row is locked until the transaction ends; every change of an order starts with this
 * lock.
 */
export type LockedOrder = Order & { items: OrderItem[] };

/** Locks an order's row and reads it; null if there is no such order. */
export async function lockOrder(tx: Tx, sessionId: SessionId): Promise<LockedOrder | null> {
  await tx.$queryRaw`SELECT 1 FROM orders WHERE session_id = ${sessionId} FOR UPDATE`;
  return tx.order.findUnique({ where: { sessionId }, include: { items: { orderBy: { position: 'asc' } } } });
}

/** As `lockOrder`, but throws if there is no such order. */
export async function lockKnownOrder(tx: Tx, sessionId: SessionId): Promise<LockedOrder> {
  const order = await lockOrder(tx, sessionId);
  if (order === null) throw new Error('the order is not in the database');
  return order;
}

/** One entry of the timeline: what happened, as a sentence for staff without personal data. */
export interface TimelineEvent {
  type: string;
  message: string;
  /** Who did it: `shopper`, `stripe`, `staff`, `holdfast`. */
  actor: string;
  /** Identifies a repeat of the same entry. The default is the type, for entries that occur once per order. */
  key?: string;
  /** Free text by staff; erased with the customer. */
  note?: string;
  /** Of a decision: the step that staff decided about, and Stripe's id of what was reported. */
  decided?: { step: string; subject: string };
}

type OrderChange = Parameters<Tx['order']['update']>[0]['data'];

/**
 * The only way to change an order's row once the order is open, apart from the steps of the good path. It moves the
 * status along the transition table, which the database also enforces, and adds an entry to the timeline. Safe to
 * repeat.
 */
export async function changeOrder(
  tx: Tx,
  order: Pick<Order, 'sessionId' | 'status' | 'shippedAt'>,
  at: Date,
  change: OrderChange & { status?: OrderStatus },
  ...events: TimelineEvent[]
): Promise<void> {
  if (change.status && !mayMove(order.status, change.status)) {
    throw new Error(`an order may not move from ${order.status} to ${change.status}`);
  }
  // The time of shipping is set once, whether the last parcel or a refund of the rest completed the shipping.
  const shippedAt = change.status === 'SHIPPED' ? { shippedAt: order.shippedAt ?? at } : {};
  // Once the order has ended, a cancel is carried out or out of date. If a refund fails later, staff decide again.
  const ended = change.status && isFinal(change.status) ? NO_CANCEL : {};
  // What has nothing left to ship needs no hold. One that ends otherwise keeps it: its refund may fail.
  const shipped = change.status === 'SHIPPED' || change.status === 'COMPLETED' ? NO_SHIPPING_HOLD : {};
  // Another step's attention hides that the customer cannot be reached. Once that step is done, show it again.
  const attention = change.attentionStep === null ? await unreachedAttention(tx, order.sessionId) : {};
  const data = { ...change, ...shippedAt, ...ended, ...shipped, ...attention, updatedAt: at };
  await tx.order.update({ where: { sessionId: order.sessionId }, data });
  await note(tx, order.sessionId, at, ...events);
}

/** The columns of an order that no longer needs attention. */
export const NO_ATTENTION = { attentionStep: null, attentionReason: null, attentionSince: null } as const;

/** The attention of an order whose customer cannot be reached: a mail was given up, and none has gone out since. */
async function unreachedAttention(tx: Tx, sessionId: string) {
  const unreached = await readUnreached(tx, sessionId as SessionId);
  return unreached && { attentionStep: 'contact', attentionReason: unreached.reason, attentionSince: unreached.since };
}

/** Why the customer cannot be reached, for staff, and since when; null if they can. */
export async function readUnreached(
  db: Db | Tx,
  sessionId: SessionId,
): Promise<{ reason: string; since: Date } | null> {
  const [{ found }] = await db.$queryRaw<[{ found: { reason: string; since: string } | null }]>`
    SELECT unreached_customer(${sessionId}) AS found`;
  return found && { reason: found.reason, since: new Date(found.since) };
}

/** The columns of an order without a requested cancel. */
export const NO_CANCEL = { cancelRequestedAt: null, cancelReason: null, cancelRefusal: null } as const;

/** The columns of an order whose shipping is not on hold. */
export const NO_SHIPPING_HOLD = { shippingHold: null, shippingHoldSince: null, shippingHoldBy: null } as const;

/** Whether staff want the order cancelled, and Stripe has not refused the refund of that for good. */
export const isCancelling = ({
  cancelRequestedAt,
  cancelRefusal,
}: Pick<Order, 'cancelRequestedAt' | 'cancelRefusal'>) => cancelRequestedAt !== null && cancelRefusal === null;

/** Adds entries to an order's timeline, each key once. */
export async function note(tx: Tx, sessionId: string, at: Date, ...events: TimelineEvent[]): Promise<void> {
  if (events.length === 0) return;
  await tx.timelineEntry.createMany({
    data: events.map(({ type, message, actor, key, note, decided }) => ({
      sessionId,
      at,
      type,
      message,
      actor,
      key: key ?? type,
      note: note ?? null,
      ...decided,
    })),
    skipDuplicates: true,
  });
}

/** Removes the notes of staff from an order's timeline, because they may contain personal data. */
export async function forgetNotes(tx: Tx, sessionId: SessionId): Promise<void> {
  await tx.timelineEntry.updateMany({ where: { sessionId, note: { not: null } }, data: { note: null } });
}

/** What an order's money has come to. */
export const moneyOf = ({
  total,
  refunded,
  lostAmount,
}: Pick<Order, 'total' | 'refunded' | 'lostAmount'>): OrderMoney => ({
  total: Number(total),
  refunded: Number(refunded),
  lostAmount: Number(lostAmount),
});

/** Whether nothing in the order needs shipping. */
export const isDigital = (items: Pick<OrderItem, 'kind'>[]): boolean => items.every(({ kind }) => kind === 'DIGITAL');
