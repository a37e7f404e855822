import { randomUUID } from 'node:crypto';
import type { ActionFacts } from '../../domain/action-facts';
import { RETAKES_STOCK } from '../../domain/action-rules';
import { whyNot } from '../../domain/actions';
import { type Call, reportsOf } from '../../domain/calls';
import { deliveredInWords, shippedInWords } from '../../domain/happened';
import type { SessionId } from '../../domain/ids';
import { DECISIONS, isDecision, type OrderStatus } from '../../domain/order';
import type { Progress, StockState } from '../../domain/order-snapshot';
import {
  count,
  givenBack,
  type ParcelLine,
  progressOf,
  type ReturnableItem,
  takenAgain,
  unshipped,
  whyNotThisParcel,
} from '../../domain/parcel';
import type { Order } from '../../prisma/generated/client';
import type { Db, Tx } from '../database';
import { answerFailures } from '../refunds/answered';
import { inventory } from '../stock/inventory';
import { callsChange, callsOf } from './decisions';
import { changeOrder, isCancelling, type LockedOrder, lockKnownOrder } from './records';
import { holdOf } from './shipping-hold';

export interface NewShipment {
  sessionId: SessionId;
  carrier: string;
  trackingNumber: string;
  trackingUrl: string | null;
  /** Null means everything that is unshipped. */
  items: ParcelLine[] | null;
  /** The name of who ships it. */
  actor: string;
  at: Date;
}

export type Shipped =
  | ({ outcome: 'shipped'; status: OrderStatus; shipmentId: string } & Progress)
  /** The request exceeds what is unshipped, or the order is not waiting to be shipped. */
  | { outcome: 'refused'; code: 'invalid_transition' | 'out_of_stock'; reason: string };

/** Records one parcel, with all or part of an order. Repeating the same carrier and number changes nothing. */
export async function recordShipment(
  db: Db,
  { sessionId, carrier, trackingNumber, trackingUrl, items: asked, actor, at }: NewShipment,
): Promise<Shipped> {
  return db.$transaction(async (tx) => {
    const order = await lockKnownOrder(tx, sessionId);
    const same = await tx.shipment.findUnique({
      where: { sessionId_carrier_trackingNumber: { sessionId, carrier, trackingNumber } },
    });
    const isReturned = order.stock === 'RETURNED';
    if (same)
      return {
        ...{ outcome: 'shipped', status: order.status, shipmentId: same.id },
        ...(await progress(tx, sessionId, order.stock)),
      };
    const items = isReturned ? takenAgain(order.items) : order.items;
    const waiting = unshipped(items);
    const parcel = asked ?? waiting;
    const refusal = whyNot('ship', shipFacts(order)) ?? whyNotThisParcel(waiting, parcel);
    if (refusal) return { outcome: 'refused', code: 'invalid_transition', reason: refusal };
    if (isReturned) {
      const missing = await inventory.retake(tx, sessionId, givenBack(order.items), at);
      if (missing.length > 0)
        return { outcome: 'refused', code: 'out_of_stock', reason: 'The stock went back to the shelf, and is gone' };
      for (const { sku, restocked, returned } of items)
        await tx.orderItem.update({ where: { sessionId_sku: { sessionId, sku } }, data: { restocked, returned } });
    }

    const shipmentId = randomUUID();
    await tx.shipment.create({
      data: { id: shipmentId, sessionId, carrier, trackingNumber, trackingUrl, items: [...parcel], shippedAt: at },
    });
    for (const { sku, quantity } of parcel) {
      await tx.orderItem.update({
        where: { sessionId_sku: { sessionId, sku } },
        data: { shipped: { increment: quantity } },
      });
    }
    const left = count(waiting) - count(parcel);
    const status: OrderStatus = left === 0 ? 'SHIPPED' : 'PREPARING';
    const answersFailure = isReturned || (await failedToUndo(tx, order));
    const calls = callsOf(order).filter(({ step }) => !isAnswered(step, answersFailure));
    if (answersFailure) await answerFailures(tx, failedRefunds(order), at);
    const change = {
      status,
      stock: 'COMMITTED' as const,
      ...(calls.length < callsOf(order).length && (await callsChange(tx, order, calls, at))),
    };
    await changeOrder(tx, order, at, change, {
      type: 'shipped',
      message: shippedInWords(carrier, status, left),
      actor,
      key: `shipped/${shipmentId}`,
    });
    return { outcome: 'shipped', status, shipmentId, ...(await progress(tx, sessionId, 'COMMITTED')) };
  });
}

/**
 * Whether shipping decides about this. Goods are sent for the money that came back if all of it had been given back. A
 * refund of a part that failed is still owed.
 */
const isAnswered = (step: Call['step'], answersFailure: boolean): boolean =>
  RETAKES_STOCK.some((one) => one === step) && (answersFailure || step !== DECISIONS.refundFailed);

/** Whether the refund that failed was to undo the order. */
async function failedToUndo(tx: Tx, order: LockedOrder): Promise<boolean> {
  const failed = failedRefunds(order);
  if (failed.length === 0) return false;
  return (await tx.refund.count({ where: { stripeId: { in: failed }, origin: 'COMPENSATION' } })) === failed.length;
}

/** Stripe's ids of the failed refunds that staff are called for. */
const failedRefunds = (order: LockedOrder): string[] =>
  callsOf(order)
    .filter(({ step }) => step === DECISIONS.refundFailed)
    .map(({ subject }) => subject);

/** The facts that decide whether an order may be shipped. */
export const shipFacts = ({ attentionStep, ...order }: Order): ActionFacts => ({
  ...order,
  pendingDecision: attentionStep !== null && isDecision(attentionStep) ? attentionStep : null,
  reports: reportsOf(callsOf(order)).map(({ step }) => step),
  cancelling: isCancelling(order),
  shippingHold: holdOf(order),
});

async function progress(tx: Tx, sessionId: SessionId, stock: StockState): Promise<Progress> {
  const [{ items }] = await tx.$queryRaw<[{ items: ReturnableItem[] }]>`SELECT lines_of(${sessionId}) AS items`;
  const parcels = await tx.shipment.findMany({ where: { sessionId }, orderBy: [{ shippedAt: 'asc' }, { id: 'asc' }] });
  return {
    stock,
    lines: progressOf(items, stock === 'RETURNED'),
    parcels: parcels.map((parcel) => ({
      ...{ carrier: parcel.carrier, trackingNumber: parcel.trackingNumber, at: parcel.shippedAt.getTime() },
      items: parcel.items as ParcelLine[], // as `recordShipment` wrote them
    })),
  };
}

/**
 * Completes a shipped order: reported as delivered by staff (`reportedBy` is their name), or, without it, shipped long
 * enough ago. Any other order is returned as it is.
 */
export async function completeOrder(
  db: Db,
  { sessionId, reportedBy, at }: { sessionId: SessionId; reportedBy: string | null; at: Date },
): Promise<OrderStatus> {
  return db.$transaction(async (tx) => {
    const order = await lockKnownOrder(tx, sessionId);
    if (order.status !== 'SHIPPED') return order.status;
    if (reportedBy !== null)
      await tx.shipment.updateMany({ where: { sessionId, deliveredAt: null }, data: { deliveredAt: at } });
    const message = deliveredInWords(reportedBy !== null);
    // What is replaced is shipped again, and the order completes once more.
    const key = `completed/${order.shippedAt?.toISOString()}`;
    const event = { type: 'completed', message, actor: reportedBy ?? 'holdfast', key };
    await changeOrder(tx, order, at, { status: 'COMPLETED' }, event);
    return 'COMPLETED';
  });
}

/** The ids of the parcels, in the order in which they left. */
export async function readParcels(db: Db, sessionId: SessionId): Promise<string[]> {
  const parcels = await db.shipment.findMany({
    where: { sessionId },
    select: { id: true },
    orderBy: [{ shippedAt: 'asc' }, { id: 'asc' }],
  });
  return parcels.map(({ id }) => id);
}
