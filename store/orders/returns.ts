import { randomUUID } from 'node:crypto';
import { whyNot } from '../../domain/actions';
import type { SessionId } from '../../domain/ids';
import { formatMoney } from '../../domain/money';
import { type ParcelLine, withCustomer } from '../../domain/parcel';
import type { Refusal } from '../../domain/refundable';
import { type Condition, cameBackInWords, costOf, REASON_OF_RETURN, whyNotReturned } from '../../domain/returns';
import { sha256 } from '../../platform/sha256';
import type { OrderReturn, ReturnCondition } from '../../prisma/generated/client';
import type { Db, Tx } from '../database';
import { reserveRequest } from '../refunds/staff-requests';
import { changeOrder, type LockedOrder, lockKnownOrder } from './records';

export interface NewReturn {
  sessionId: SessionId;
  /** Identifies a repeat: the hash of an Idempotency-Key, or the id of an update. */
  key: string;
  /** A hash of the whole request, which tells a repeat from a reuse; null if the key never comes with another one. */
  requestHash: string | null;
  items: ParcelLine[];
  condition: Condition;
  /** Null: nothing is refunded. Without an amount: what the units cost. */
  refund: { amount?: number } | null;
  /** Free text by staff, for the timeline. */
  remark?: string | undefined;
  /** The name of who reports it. */
  actor: string;
  at: Date;
}

/** The request for the refund that comes with a return. */
export interface ReturnRefund {
  requestKey: string;
  amount: number;
}

export type RecordedReturn =
  /** Now or before, with the request for its refund, which is reserved. */
  | { outcome: 'recorded'; id: string; refund: ReturnRefund | null }
  /** The key was used for another return. */
  | { outcome: 'key-reused' }
  /** By a rule about the goods or about the refund. Nothing is recorded. */
  | ({ outcome: 'refused' } & Refusal);

/**
 * Records goods that came back, once per key, under the order's lock: a trigger counts them on the order's lines and
 * restocks them. A refund that comes with them is requested in the same transaction. Throws if there is no such order.
 */
export async function recordReturn(db: Db, asked: NewReturn): Promise<RecordedReturn> {
  const { sessionId, key, requestHash, items, condition, actor, remark, at } = asked;
  return db.$transaction(async (tx) => {
    const order = await lockKnownOrder(tx, sessionId);
    const known = await tx.orderReturn.findUnique({ where: { sessionId_key: { sessionId, key } } });
    if (known) return requestHash === null || known.requestHash === requestHash ? again(tx, known) : KEY_REUSED;
    const nothingOut = withCustomer(order.items).length === 0;
    const reason = whyNot('return', { status: order.status, nothingOut }) ?? whyNotReturned(order.items, items);
    if (reason !== null) return { outcome: 'refused', code: 'invalid_transition', reason };
    const refund = await reserve(tx, order, asked);
    if (refund !== null && 'code' in refund) return { outcome: 'refused', ...refund };
    const id = randomUUID();
    await tx.orderReturn.create({
      data: {
        ...{ id, sessionId, key, requestHash, actor, at, refundKey: refund?.key ?? null },
        ...{ items: [...items], condition: IN_DATABASE[condition] },
      },
    });
    const message = [
      cameBackInWords({ items, condition }),
      refund
        ? `${formatMoney({ amount: refund.amount, currency: order.currency })} to be refunded`
        : 'without a refund',
    ].join('; ');
    const event = { type: 'returned', message, actor, key: `returned/${id}` };
    await changeOrder(tx, order, at, {}, { ...event, ...(remark !== undefined && { note: remark }) });
    return { outcome: 'recorded', id, refund: refund && { requestKey: refund.requestKey, amount: refund.amount } };
  });
}

const KEY_REUSED = { outcome: 'key-reused' } as const;

const IN_DATABASE: Record<Condition, ReturnCondition> = { restock: 'RESTOCK', write_off: 'WRITE_OFF' };

/** A return as the database's functions tell of it (`returns_of`). */
export interface ReturnColumns {
  id: string;
  at: string;
  items: ParcelLine[];
  condition: ReturnCondition;
  refundKey: string | null;
}

/** Of a row. */
export const conditionOf = ({ condition }: Pick<OrderReturn, 'condition'>): Condition =>
  condition === 'RESTOCK' ? 'restock' : 'write_off';

async function again(tx: Tx, { id, refundKey }: OrderReturn): Promise<RecordedReturn> {
  if (refundKey === null) return { outcome: 'recorded', id, refund: null };
  const { requestKey, amount } = await tx.refund.findUniqueOrThrow({ where: { key: refundKey } });
  return { outcome: 'recorded', id, refund: { requestKey: requestKey as string, amount: Number(amount) } };
}

type Reserved = ReturnRefund & { key: string };

/** Requests the refund of a return: the amount that staff name, or what the units cost, or what of that is left. */
async function reserve(
  tx: Tx,
  order: LockedOrder,
  { sessionId, key, requestHash, items, refund, actor, at }: NewReturn,
): Promise<Refusal | Reserved | null> {
  if (refund === null) return null;
  const requestKey = sha256(`return/${key}`);
  const cost = async () => costOf(paidOrder(order), items, await refundedUnits(tx, sessionId));
  const amount = refund.amount ?? (await cost());
  const orLess = refund.amount === undefined;
  const request = { sessionId, requestKey, requestHash, amount, orLess, reason: REASON_OF_RETURN, actor, at };
  const reserved = await reserveRequest(tx, order, request);
  return 'code' in reserved ? reserved : { key: reserved.key, requestKey, amount: reserved.amount as number };
}

const paidOrder = ({ currency, total, discount, shipping, items }: LockedOrder) => ({
  ...{ currency, total: Number(total), discount: Number(discount), shipping: Number(shipping) },
  items: items.map((item) => ({ sku: item.sku, quantity: item.quantity, total: Number(item.total) })),
});

/** How many units of each SKU came back with a refund that was not taken back. */
export async function refundedUnits(tx: Tx, sessionId: SessionId): Promise<Map<string, number>> {
  const units = await tx.$queryRaw<{ sku: string; quantity: number }[]>`
    SELECT sku, refunded_units(session_id, sku) AS quantity FROM order_items WHERE session_id = ${sessionId}`;
  return new Map(units.map(({ sku, quantity }) => [sku, quantity]));
}
