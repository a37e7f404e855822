import { whyNot } from '../../domain/actions';
import type { SessionId } from '../../domain/ids';
import { firstKey, WITHDRAWAL_MAILS } from '../../domain/mail';
import { leftOf } from '../../domain/order-money';
import { SHOPPER } from '../../domain/shopper-rules';
import { isBought, isLate, periodEnd } from '../../domain/withdrawal';
import { isErased } from '../customers/erased';
import type { Db, Tx } from '../database';
import { keepMailRequest } from '../mails/requests';
import { storeRequestIn } from '../refunds/staff-requests';
import { markCancelled, whyNotCancelled } from './cancel';
import { DELIVERED } from './downloads';
import { changeOrder, isCancelling, isDigital, type LockedOrder, lockKnownOrder, moneyOf, note } from './records';
import { holdOf } from './shipping-hold';

export interface Withdrawal {
  at: Date;
  /**
   * What follows by itself, where nothing had been delivered: the order is cancelled, or, if it is complete because all
   * of it is downloads, refunded. Otherwise staff decide.
   */
  follows: 'cancel' | 'refund' | 'staff';
  /** False: it was recorded before. */
  isNew: boolean;
}

export interface Statement {
  sessionId: SessionId;
  /** As the shopper gives it. */
  name: string;
  /** How they showed that the order is theirs. */
  via: 'link' | 'number';
  at: Date;
  /** Milliseconds after which a parcel that nobody reported delivered counts as delivered. */
  arrivesWithin: number;
}

/** The key of the refund that a withdrawal asks for. */
export const WITHDRAWAL_REFUND = 'withdrawal';

/**
 * Records that the shopper withdraws, before they hear so, in one transaction under the order's lock: the withdrawal,
 * the mails that are due, and what follows. If nothing is delivered that is a cancel or a refund; else a hold on what
 * is still to be shipped. The first statement counts; a repeat changes nothing.
 * @returns null if there is nothing to withdraw from: the order is not bought, or undone already
 */
export async function recordWithdrawal(db: Db, statement: Statement): Promise<Withdrawal | null> {
  const { sessionId, name, via, at, arrivesWithin } = statement;
  return db.$transaction(async (tx) => {
    const order = await lockKnownOrder(tx, sessionId);
    const earlier = await tx.withdrawal.findUnique({ where: { sessionId } });
    if (earlier !== null) return { at: earlier.at, follows: 'staff', isNew: false };
    if (!isBought(order)) return null;
    const shipments = await tx.shipment.findMany({ where: { sessionId } });
    const late = isLate(periodEnd({ ...order, shipments }, arrivesWithin), at);
    const follows = await undo(tx, order, late, at);
    const kept = (await isErased(tx, sessionId)) ? null : name;
    const row = { sessionId, at, name: kept, via, undone: follows !== 'staff', late };
    await tx.withdrawal.create({ data: row });
    const message = `The customer has withdrawn from the contract${late ? ', after the period' : ''}`;
    await note(tx, sessionId, at, { type: 'withdrawal', message, actor: SHOPPER });
    for (const template of WITHDRAWAL_MAILS)
      await keepMailRequest(tx, { sessionId, template, key: firstKey(template), at });
    return { at, follows, isNew: true };
  });
}

/** Records what follows by itself. Whoever has withdrawn in time downloads no more. */
async function undo(tx: Tx, order: LockedOrder, late: boolean, at: Date): Promise<Withdrawal['follows']> {
  const sessionId = order.sessionId as SessionId;
  const reason = 'requested_by_customer';
  if (isCancelling(order)) return 'cancel';
  if ((await whyNotCancelled(tx, order, SHOPPER)) === null) {
    await markCancelled(tx, order, { reason, entry: 'cancel/withdrawal', actor: SHOPPER, at });
    return 'cancel';
  }
  const refunds = !late && (await isUntouched(tx, order));
  if (refunds) {
    const request = { sessionId, requestKey: WITHDRAWAL_REFUND, reason } as const;
    await storeRequestIn(tx, { ...request, requestHash: WITHDRAWAL_REFUND, actor: SHOPPER, at });
  }
  const undelivered = { ...OPEN, sessionId, NOT: DELIVERED };
  if (!late) await tx.downloadGrant.updateMany({ where: undelivered, data: { revokedAt: at } });
  const holds = mayHold(order) ? { shippingHold: 'customer', shippingHoldSince: at, shippingHoldBy: SHOPPER } : {};
  await changeOrder(tx, order, at, holds);
  return refunds ? 'refund' : 'staff';
}

const OPEN = { revokedAt: null };

/** Whether an order is complete, all of it downloads of which none has begun, and its money can go back: no keys. */
async function isUntouched(tx: Tx, order: LockedOrder): Promise<boolean> {
  const { sessionId, status, items, disputed } = order;
  if (status !== 'COMPLETED' || disputed || !isDigital(items) || leftOf(moneyOf(order)) === 0) return false;
  return (await tx.downloadGrant.count({ where: { sessionId, ...DELIVERED } })) === 0;
}

/** Whether something may still be shipped, and nobody has stopped it. */
const mayHold = (order: LockedOrder): boolean =>
  whyNot('hold', { status: order.status, digital: isDigital(order.items) }) === null && holdOf(order) === null;

/** Removes the name from a withdrawal. */
export async function forgetWithdrawal(tx: Tx, sessionId: SessionId): Promise<void> {
  await tx.withdrawal.updateMany({ where: { sessionId }, data: { name: null } });
}
