import type { SessionId } from '../../domain/ids';
import { mayMove, type OrderStatus } from '../../domain/order';
import type { Order, OrderItem } from '../../prisma/generated/client';
import type { Tx } from '../database';

/**
 * An order with its items, its row locked until the transaction ends: every change of an order goes through here
 * first.
 */
export type LockedOrder = Order & { items: OrderItem[] };

/** Locks an order's row and reads it; null when there is none. */
export async function lockOrder(tx: Tx, sessionId: SessionId): Promise<LockedOrder | null> {
  await tx.$queryRaw`SELECT 1 FROM orders WHERE session_id = ${sessionId} FOR UPDATE`;
  return tx.order.findUnique({ where: { sessionId }, include: { items: { orderBy: { position: 'asc' } } } });
}

/** As `lockOrder`, for a step that only makes sense when the order is there. */
export async function lockKnownOrder(tx: Tx, sessionId: SessionId): Promise<LockedOrder> {
  const order = await lockOrder(tx, sessionId);
  if (order === null) throw new Error('the order is not in the database');
  return order;
}

/** What happened, in a sentence for staff without personal data. */
export interface TimelineEvent {
  type: string;
  message: string;
  /** Who did it: `shopper`, `stripe`, `staff`, `holdfast`. */
  actor: string;
  /** What makes a repeat recognisable; by default the type, for what happens once an order. */
  key?: string;
  /** Free text of staff; erased with the customer. */
  note?: string;
}

type OrderChange = Parameters<Tx['order']['update']>[0]['data'];

/**
 * The one way an order's row is written after it was opened: moves the status along its table (the database guards
 * the same table), with an entry on the timeline. Safe to repeat.
 */
export async function changeOrder(
  tx: Tx,
  order: Pick<Order, 'sessionId' | 'status'>,
  at: Date,
  change: OrderChange & { status?: OrderStatus },
  ...events: TimelineEvent[]
): Promise<void> {
  if (change.status && !mayMove(order.status, change.status)) {
    throw new Error(`an order may not move from ${order.status} to ${change.status}`);
  }
  await tx.order.update({ where: { sessionId: order.sessionId }, data: { ...change, updatedAt: at } });
  await note(tx, order.sessionId, at, ...events);
}

/** Nothing about the order needs a person any more. */
export const NO_ATTENTION = { attentionStep: null, attentionReason: null, attentionSince: null } as const;

/** Writes on an order's timeline, each key once. */
export async function note(tx: Tx, sessionId: string, at: Date, ...events: TimelineEvent[]): Promise<void> {
  if (events.length === 0) return;
  await tx.timelineEntry.createMany({
    data: events.map(({ type, message, actor, key, note }) => ({
      sessionId,
      at,
      type,
      message,
      actor,
      key: key ?? type,
      note: note ?? null,
    })),
    skipDuplicates: true,
  });
}

/** Removes what staff have noted on an order's timeline: it may hold personal data. */
export async function forgetNotes(tx: Tx, sessionId: SessionId): Promise<void> {
  await tx.timelineEntry.updateMany({ where: { sessionId, note: { not: null } }, data: { note: null } });
}

/** Whether nothing of it needs shipping. */
export const isDigital = (items: Pick<OrderItem, 'kind'>[]): boolean => items.every(({ kind }) => kind === 'DIGITAL');
