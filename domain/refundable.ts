import { NO_REFUND_WHILE_DISPUTED } from './action-rules';
import { whyNotWithFlags } from './actions';
import { formatMoney } from './money';
import type { OrderStatus } from './order';
import { REQUESTED, refundableNow } from './order-money';
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
 * are not available, whether they were sent or are only stored: staff have been told that they are requested.
 */
export const remainingOf = (order: Pick<RefundableOrder, 'total' | 'lostAmount'>, others: RefundSoFar[]): number =>
  refundableNow({ ...order, refunded: refundedOf(others) }, others);

/**
 * Whether a refund of all that is left must name its amount. Stripe counts only its own refunds: without an amount it
 * would also give back what a lost dispute took, or what staff settled elsewhere. Where the amount is named, Stripe's
 * own limit does not protect from refunding twice, so its refunds must be recorded first.
 */
export const mustNameAmount = (
  { lostAmount }: Pick<RefundableOrder, 'lostAmount'>,
  refunds: Pick<RefundSoFar, 'status'>[],
): boolean => lostAmount > 0 || refunds.some(({ status }) => status === 'settled_elsewhere');

const isRequested = ({ status }: Pick<RefundSoFar, 'status'>): boolean => status === REQUESTED;

/**
 * The refunds that a request comes after: all but itself and those that were stored later and are not sent yet. Of two
 * stored requests that cannot both have the money, the earlier one has it.
 * @param own the request as it is stored; null if it is not
 */
export const aheadOf = <Row extends RefundSoFar & Stored>(refunds: Row[], own: Stored | null): Row[] =>
  refunds.filter(
    (one) => own === null || (one.key !== own.key && (!isRequested(one) || isUnderWay(one) || isEarlier(one, own))),
  );

type Stored = { key: string; createdAt: Date };
const isEarlier = (one: Stored, other: Stored): boolean =>
  one.createdAt < other.createdAt || (one.createdAt.getTime() === other.createdAt.getTime() && one.key < other.key);

/** Sent to Stripe, without an answer yet. */
export const isUnderWay = ({ status, attempt }: Pick<RefundSoFar, 'status' | 'attempt'>): boolean =>
  status === REQUESTED && attempt > 0;

const RULE_CODES = ['refund_exceeds_remaining', 'invalid_transition', 'disputed'] as const;

/** Whether a refusal is by a rule of ours: its reason holds codes, SKUs and numbers only. */
export const isRule = (code: string): boolean => RULE_CODES.some((one) => one === code);

/** A refund that a rule of ours refuses, or that Stripe refuses for a reason that such a rule would have found. */
export interface Refusal {
  code: (typeof RULE_CODES)[number];
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
  return whyNotAmount(order, others, asked.amount) ?? whyNotRestock(order, others, asked.restock ?? []);
}

/** As `whyNotRefund`, by the money alone. @param amount absent: all that is left */
export const whyNotAmount = (
  order: Pick<RefundableOrder, 'total' | 'lostAmount' | 'currency'>,
  others: RefundSoFar[],
  amount?: number,
): Refusal | null => whyNotOf(remainingOf(order, others), order, amount);

/** As `whyNotAmount`. @param remaining what can be refunded now, in the smallest unit */
export function whyNotOf(
  remaining: number,
  { lostAmount, currency }: Pick<RefundableOrder, 'lostAmount' | 'currency'>,
  amount = 0,
): Refusal | null {
  if (remaining === 0) return lostAmount > 0 ? NOTHING_LEFT_AFTER_LOSS : NOTHING_LEFT;
  return amount > remaining ? tooMuch({ amount: remaining, currency }) : null;
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
  const about = others.filter(isRequested).flatMap(({ restock }) => restock.filter(({ sku }) => sku === item.sku));
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
