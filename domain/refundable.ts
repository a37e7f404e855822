import { NO_REFUND_WHILE_DISPUTED } from './action-rules';
import { whyNotWithFlags } from './actions';
import { formatMoney } from './money';
import type { OrderStatus } from './order';
import { leftOf } from './order-money';
import { type RefundSoFar, type RestockLine, refundedOf } from './refund';

/** The fields of an order that a refund depends on. */
export interface RefundableOrder {
  status: OrderStatus;
  currency: string;
  total: number;
  /** What banks took for good through disputes. */
  lostAmount: number;
  /** Null where no money was taken. */
  paymentIntentId: string | null;
  disputed: boolean;
  /** Whether its stock was sold. Only then can it go back. */
  sold: boolean;
  items: { sku: string; kind: string; quantity: number; restocked: number; returned: number; replaced: number }[];
}

/**
 * What can still be refunded: neither refunded nor lost to a dispute. Amounts of requests that Stripe has not answered
 * are not available.
 */
export function remainingOf(order: Pick<RefundableOrder, 'total' | 'lostAmount'>, others: RefundSoFar[]): number {
  const underWay = others.filter(isUnderWay);
  if (underWay.some(({ amount }) => amount === null)) return 0;
  const asked = underWay.reduce((sum, { amount }) => sum + (amount ?? 0), 0);
  return leftOf({ ...order, refunded: refundedOf(others) + asked });
}

/**
 * Whether a refund of all that is left must name its amount. Stripe counts only its own refunds: without an amount it
 * would also give back what a lost dispute took, or what staff settled elsewhere. Where the amount is named, Stripe's
 * own limit does not protect from refunding twice, so its refunds must be recorded first.
 */
export const mustNameAmount = (
  { lostAmount }: Pick<RefundableOrder, 'lostAmount'>,
  refunds: Pick<RefundSoFar, 'status'>[],
): boolean => lostAmount > 0 || refunds.some(({ status }) => status === 'settled_elsewhere');

/** Sent to Stripe, without an answer yet. A request that was never sent does not count: it may never be sent. */
export const isUnderWay = ({ status, attempt }: Pick<RefundSoFar, 'status' | 'attempt'>): boolean =>
  status === 'requested' && attempt > 0;

/** A refund that a rule of ours refuses, or that Stripe refuses for a reason that such a rule would have found. */
export interface Refusal {
  code: 'refund_exceeds_remaining' | 'invalid_transition' | 'disputed';
  /** A sentence for staff: codes, SKUs and numbers only. */
  reason: string;
}

/**
 * Why staff cannot have this refund now; null when they can.
 * @param others the order's refunds but this one
 */
export function whyNotRefund(
  order: RefundableOrder,
  others: RefundSoFar[],
  asked: { amount?: number | undefined; restock?: RestockLine[] | undefined },
): Refusal | null {
  const nothingTaken = order.paymentIntentId === null || order.total === 0;
  const reason = whyNotWithFlags('refund', { status: order.status, disputed: order.disputed, nothingTaken });
  if (reason !== null) return { code: reason === DISPUTED.reason ? 'disputed' : 'invalid_transition', reason };
  const remaining = remainingOf(order, others);
  if (remaining === 0) return order.lostAmount > 0 ? NOTHING_LEFT_AFTER_LOSS : NOTHING_LEFT;
  if ((asked.amount ?? 0) > remaining) return tooMuch({ amount: remaining, currency: order.currency });
  return whyNotRestock(order, others, asked.restock ?? []);
}

export const DISPUTED: Refusal = {
  code: 'disputed',
  reason: NO_REFUND_WHILE_DISPUTED,
};
export const NOTHING_LEFT: Refusal = {
  code: 'refund_exceeds_remaining',
  reason: 'Nothing is left to refund: all of the order’s money has been refunded or is being refunded',
};
const NOTHING_LEFT_AFTER_LOSS: Refusal = {
  code: 'refund_exceeds_remaining',
  reason: 'Nothing is left to refund: what was not refunded, the customer has by a lost dispute',
};
/** Of goods that were free, or whose price was given back before. */
export const NOTHING_PAID: Refusal = {
  code: 'invalid_transition',
  reason: 'Nothing was paid for these units that was not refunded: name an amount, or leave the refund out',
};
/** Stripe's refusal, which does not say how much is left. */
export const TOO_MUCH: Refusal = { code: 'refund_exceeds_remaining', reason: 'More than is left to refund at Stripe' };
const tooMuch = (left: { amount: number; currency: string }): Refusal => ({
  code: 'refund_exceeds_remaining',
  reason: `More than is left to refund, which is ${formatMoney(left)}`,
});

function whyNotRestock(order: RefundableOrder, others: RefundSoFar[], restock: RestockLine[]): Refusal | null {
  for (const { sku, quantity } of restock) {
    const item = order.items.find((one) => one.sku === sku);
    if (item?.kind !== 'PHYSICAL') return refuseRestock(`${sku} is not a physical item of this order`);
    if (!order.sold) return refuseRestock(`${sku}: this order has taken nothing from stock`);
    const left = restockableOf(item, others);
    if (quantity > left) return refuseRestock(`${sku}: cannot restock ${quantity}, only ${left} can still come back`);
  }
  return null;
}

/** How many units of a line are neither back nor about to be, whether shipped or not. */
function restockableOf(item: RefundableOrder['items'][number], others: RefundSoFar[]): number {
  const about = others.filter(isUnderWay).flatMap(({ restock }) => restock.filter(({ sku }) => sku === item.sku));
  return notBack(item) - about.reduce((sum, { quantity }) => sum + quantity, 0);
}

/** Units that came back by a return are in stock already, or written off. */
const notBack = ({ quantity, replaced, restocked, returned }: RefundableOrder['items'][number]): number =>
  quantity + replaced - restocked - returned;

const refuseRestock = (reason: string): Refusal => ({ code: 'invalid_transition', reason });

/** Caps the lines to what can still go back: another refund may have restocked units since the request. */
export const cappedRestock = (items: RefundableOrder['items'], restock: RestockLine[]): RestockLine[] =>
  restock
    .map(({ sku, quantity }) => {
      const item = items.find((one) => one.sku === sku);
      return { sku, quantity: Math.min(quantity, item ? notBack(item) : 0) };
    })
    .filter(({ quantity }) => quantity > 0);
