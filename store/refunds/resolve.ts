import type { SessionId } from '../../domain/ids';
import { formatMoney } from '../../domain/money';
import { leftOf, refundableOf } from '../../domain/order-money';
import {
  isRefusedByStripe,
  isReversed,
  openFailures,
  openRefusals,
  type Refund,
  type ResolvedRefund,
  refundedOf,
} from '../../domain/refund';
import { refundInWords } from '../../domain/refund-words';
import type { Refund as RefundRow } from '../../prisma/generated/client';
import type { Db, Tx } from '../database';
import { isCarriedOut, markOf } from '../orders/carried-out';
import { isAboutRefunds, nextCall } from '../orders/decisions';
import {
  changeOrder,
  type LockedOrder,
  lockKnownOrder,
  moneyOf,
  NO_CANCEL,
  type TimelineEvent,
} from '../orders/records';
import { recordSeen, type SeenRefund, settle } from './record';
import { refundsOf } from './rows';

/**
 * Resolves a refund that failed or was refused, as staff say. `withdraw`: nothing was given back, and the order goes on
 * as it was. `settled_elsewhere`: the customer got the money another way, so it counts as refunded, but not by Stripe.
 * Runs under the order's row lock.
 * @param request the refund's key; absent: the one that needs attention
 * @param by the key of staff's request: the same again changes nothing (a task of the workflow may be done again)
 */
export async function resolveRefund(
  db: Db,
  {
    sessionId,
    how,
    request,
    actor,
    by,
    at,
  }: {
    sessionId: SessionId;
    how: 'withdraw' | 'settled_elsewhere';
    request?: string;
    actor: string;
    by?: string | undefined;
    at: Date;
  },
): Promise<ResolvedRefund> {
  return db.$transaction(async (tx) => {
    const order = await lockKnownOrder(tx, sessionId);
    if (await isCarriedOut(tx, sessionId, by)) return { outcome: 'resolved', status: order.status };
    const refunds = await refundsOf(tx, sessionId);
    const chosen = choose(order, refunds, request);
    if (typeof chosen === 'string') return refused(chosen);
    return how === 'withdraw'
      ? withdraw(tx, order, { chosen, refunds, actor, by, at })
      : settleElsewhere(tx, order, { chosen, refunds, actor, by, at });
  });
}

/**
 * Settles a refund that failed or was refused with another one that Stripe has made for the same payment. A refused
 * refund becomes that one; a failed refund is replaced by it.
 */
export async function settleByRefund(
  db: Db,
  {
    sessionId,
    request,
    seen,
    actor,
    by,
    at,
  }: {
    sessionId: SessionId;
    request?: string;
    seen: SeenRefund;
    actor: string;
    by?: string | undefined;
    at: Date;
  },
): Promise<ResolvedRefund> {
  return db.$transaction(async (tx) => {
    const order = await lockKnownOrder(tx, sessionId);
    if (await isCarriedOut(tx, sessionId, by)) return { outcome: 'resolved', status: order.status };
    const chosen = choose(order, await refundsOf(tx, sessionId), request);
    if (typeof chosen === 'string') return refused(chosen);
    const other = await tx.refund.findUnique({ where: { stripeId: seen.id } });
    if (other && (other.sessionId !== sessionId || other.origin !== 'STRIPE'))
      return refused('This refund at Stripe is another one of those that are listed');
    const replaced = chosen.stripeId;
    if (replaced === null && other) await takePlaceOf(tx, other, chosen.key);
    const { orderStatus } = await recordSeen(
      tx,
      order,
      { ...seen, key: replaced === null ? chosen.key : seen.key },
      at,
    );
    if (replaced !== null) await tx.refund.update({ where: { stripeId: seen.id }, data: { retryOf: replaced } });
    await callAnew(tx, sessionId, at, {
      ...eventOf(chosen, { actor, by }, `${nameOf(chosen, order)}: settled by refund ${seen.id}`),
      ...(chosen.origin === 'COMPENSATION' && { change: NO_CANCEL }),
    });
    return { outcome: 'resolved', status: orderStatus };
  });
}

/** The refund that staff mean, or why it cannot be resolved. */
function choose(order: LockedOrder, refunds: Refund[], request: string | undefined): Refund | string {
  const refundable = refundableOf(moneyOf(order));
  if (request === undefined) {
    const [open] = [...openFailures(refunds, refundable), ...openRefusals(refunds, refundable)];
    return open ?? 'No refund of this order needs a decision';
  }
  const named = refunds.find(({ key }) => key === request);
  if (named === undefined) return 'This order has no such refund';
  if (isRefusedByStripe(named) || isReversed(named.status) || neverSent(named)) return named;
  return named.status === 'requested'
    ? 'Stripe has not answered this refund yet, so it may have been made'
    : `This refund is ${named.status}: there is nothing to resolve`;
}

/** Stored, but never taken up: Stripe was not asked. */
const neverSent = ({ status, attempt }: Refund): boolean => status === 'requested' && attempt === 0;

interface Choice {
  chosen: Refund;
  refunds: Refund[];
  actor: string;
  by: string | undefined;
  at: Date;
}

async function withdraw(tx: Tx, order: LockedOrder, choice: Choice): Promise<ResolvedRefund> {
  const { chosen, refunds, at } = choice;
  const keys = [chosen, ...askedAgain(chosen, refunds)].map(({ key }) => key);
  await tx.refund.updateMany({ where: { key: { in: keys } }, data: { status: 'withdrawn', updatedAt: at } });
  await callAnew(tx, order.sessionId as SessionId, at, {
    ...eventOf(chosen, choice, `${nameOf(chosen, order)}: ${refundInWords('withdrawn')}`),
    ...(chosen.origin === 'COMPENSATION' && { change: NO_CANCEL }),
  });
  return { outcome: 'resolved', status: order.status };
}

/** The requests for a failed refund that Stripe refuses: they are resolved with it. */
const askedAgain = ({ stripeId }: Refund, refunds: Refund[]): Refund[] =>
  stripeId === null ? [] : refunds.filter((one) => one.retryOf === stripeId && isRefusedByStripe(one));

async function settleElsewhere(tx: Tx, order: LockedOrder, choice: Choice): Promise<ResolvedRefund> {
  const { chosen, refunds, at } = choice;
  const left = leftOf({ ...moneyOf(order), refunded: refundedOf(refunds) });
  const amount = chosen.amount ?? left;
  if (amount > left || left === 0)
    return refused(`Only ${formatMoney({ amount: left, currency: order.currency })} of the order is left`);
  const again = askedAgain(chosen, refunds).map(({ key }) => key);
  await tx.refund.updateMany({ where: { key: { in: again } }, data: { status: 'withdrawn', updatedAt: at } });
  const row = await tx.refund.update({
    where: { key: chosen.key },
    data: { status: 'settled_elsewhere', amount, updatedAt: at },
  });
  const { orderStatus } = await settle(
    tx,
    order,
    { row, before: chosen.status },
    at,
    eventOf(chosen, choice, `${nameOf({ ...chosen, amount }, order)}: ${refundInWords(row.status)}`).event,
  );
  await callAnew(tx, order.sessionId as SessionId, at, {
    ...(chosen.origin === 'COMPENSATION' && { change: NO_CANCEL }),
  });
  return { outcome: 'resolved', status: orderStatus };
}

/** A refund made at the Dashboard turns out to be the one that staff had requested here: its row becomes that one's. */
async function takePlaceOf(tx: Tx, { key, statusBefore, paymentStatusBefore }: RefundRow, own: string): Promise<void> {
  await tx.refund.delete({ where: { key } });
  await tx.refund.update({ where: { key: own }, data: { statusBefore, paymentStatusBefore } });
}

/** Raises what is left to decide about the order's refunds. */
async function callAnew(
  tx: Tx,
  sessionId: SessionId,
  at: Date,
  { change = {}, event }: { change?: Partial<typeof NO_CANCEL>; event?: TimelineEvent },
): Promise<void> {
  const order = await lockKnownOrder(tx, sessionId);
  const call = isAboutRefunds(order.attentionStep) ? nextCall(order, await refundsOf(tx, sessionId), at) : {};
  await changeOrder(tx, order, at, { ...call, ...change }, ...(event ? [event] : []));
}

const eventOf = (
  { key }: Refund,
  { actor, by }: Pick<Choice, 'actor' | 'by'>,
  message: string,
): { event: TimelineEvent } => ({
  event: { type: 'resolved', message, actor, key: `resolved/${key}${markOf(by)}` },
});

const nameOf = ({ amount }: Pick<Refund, 'amount'>, { currency }: LockedOrder): string =>
  `Refund of ${amount === null ? 'all that was left' : formatMoney({ amount, currency })}`;

const refused = (reason: string): ResolvedRefund => ({ outcome: 'refused', reason });
