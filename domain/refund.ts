import { NO_REFUND_WHILE_DISPUTED, whyNotWithFlags } from './actions';
import { formatMoney } from './money';
import { type OrderStatus, REASONS } from './order';

/**
 * What is true of refunds, whoever asks. A refund's status is Stripe's word once Stripe has answered; before that it is `requested`, and
 * `refused` where it came to nothing.
 */

/** A refund that has not failed counts, whether or not the bank has said so yet (https://docs.stripe.com/refunds#refund-object). */
const COUNTED: ReadonlySet<string> = new Set(['pending', 'requires_action', 'succeeded']);
/** The money is back with the shop. */
const REVERSED: ReadonlySet<string> = new Set(['failed', 'canceled']);
/** The bank may still decide about it. */
const ENDED: ReadonlySet<string> = new Set(['succeeded', ...REVERSED]);

export const isCounted = (status: string): boolean => COUNTED.has(status);
export const isReversed = (status: string): boolean => REVERSED.has(status);
export const hasEnded = (status: string): boolean => ENDED.has(status);

/**
 * Whether a status read at Stripe may replace the one that is known. An answer can be older than what is known (a replayed one, or one that
 * was on its way while the bank decided), and a refund only ever goes on: from under way to succeeded, and from there at most to failed.
 */
export const isNews = (known: string, seen: string): boolean => stageOf(seen) >= stageOf(known);

const stageOf = (status: string): number => {
  if (status === 'requested' || status === 'refused') return 0;
  if (isReversed(status)) return 3;
  return status === 'succeeded' ? 2 : 1;
};

/** A refund, as a person may have to decide about it. */
interface Tried {
  key: string;
  stripeId: string | null;
  sessionId: string;
  status: string;
  amount: bigint | number | null;
  attempt: number;
  createdAt: Date;
  /** When it came to stand where it does. */
  updatedAt: Date;
}

/** The key of the request that asks anew for a refund that did not go through. */
export const againKey = (stripeId: string | null): string => `again-${stripeId}`;

/** The refund that a request with this key asks for anew; null for any other request. */
export const retriedBy = (requestKey: string): string | null => /^again-(re_\w+)$/.exec(requestKey)?.[1] ?? null;

/**
 * The refunds that did not go through and were not made up for since, the last one first; none where all of the money is given back all the
 * same. Made up for is what Stripe has taken under the key of its `retry`, what was to give all that is left, by a later try, and either by another
 * refund, wherever it was made, of at least as much.
 */
export function openFailures<Row extends Tried>(refunds: Row[], total: bigint | number): Row[] {
  if (refundedOf(refunds) >= Number(total)) return [];
  const taken = new Set(refunds.filter(({ stripeId }) => stripeId !== null).map(({ key }) => key));
  const againOf = ({ sessionId, stripeId, key, attempt }: Row): string =>
    key.startsWith(`${sessionId}/rest/`)
      ? `${sessionId}/rest/${attempt + 1}`
      : `${sessionId}/staff/${againKey(stripeId)}`;
  const failed = refunds.filter(({ status }) => isReversed(status));
  const asked = new Set(failed.map(againOf).filter((key) => taken.has(key)));
  const others = new Set(refunds.filter(({ key, status }) => isCounted(status) && !asked.has(key)));
  const isMadeUpFor = (row: Row): boolean => {
    if (asked.has(againOf(row))) return true;
    const { amount, updatedAt } = row;
    for (const other of others) {
      // Stripe dates to the second.
      if (other.createdAt.getTime() + 1000 < updatedAt.getTime() || Number(other.amount) < Number(amount)) continue;
      others.delete(other);
      return true;
    }
    return false;
  };
  return failed
    .sort((one, other) => other.updatedAt.getTime() - one.updatedAt.getTime())
    .filter((row) => !isMadeUpFor(row));
}

/** A line of an order that goes back on the shelf. */
export interface RestockLine {
  sku: string;
  quantity: number;
}

/** What a row asks for, as staff asked it. */
export const requestOf = ({
  amount,
  reason,
  restock,
}: {
  amount: bigint | null;
  reason: string;
  restock: unknown;
}) => ({
  reason: REASONS.find((one) => one === reason) ?? ('other' as const),
  ...(amount !== null && { amount: Number(amount) }),
  ...(restock !== null && { restock: restock as RestockLine[] }),
});

/** A refund, so far as the sum of an order's refunds depends on it. */
export interface RefundSoFar {
  status: string;
  /** Null while Stripe is asked for everything left. */
  amount: bigint | number | null;
  /** From 1 once Stripe may have been asked. */
  attempt: number;
  restock: RestockLine[];
}

/** What Stripe has given back, or is giving back. */
export const refundedOf = (refunds: Pick<RefundSoFar, 'status' | 'amount'>[]): number =>
  refunds.filter(({ status }) => isCounted(status)).reduce((sum, { amount }) => sum + Number(amount ?? 0), 0);

/** An order, so far as a refund depends on it. */
export interface RefundableOrder {
  status: OrderStatus;
  currency: string;
  total: bigint | number;
  /** Null where no money was taken. */
  paymentIntentId: string | null;
  disputed: boolean;
  /** Whether its goods have left the shelf: only then can they go back. */
  sold: boolean;
  items: { sku: string; kind: string; quantity: number; restocked: number }[];
}

/** What can be given back still: what others have asked for and not got yet is spoken for. */
export function remainingOf({ total }: Pick<RefundableOrder, 'total'>, others: RefundSoFar[]): number {
  const underWay = others.filter(isUnderWay);
  if (underWay.some(({ amount }) => amount === null)) return 0;
  const asked = underWay.reduce((sum, { amount }) => sum + Number(amount), 0);
  return Math.max(0, Number(total) - refundedOf(others) - asked);
}

/** Asked of Stripe, with no answer yet. One that nobody has taken up is not: it may never be. */
const isUnderWay = ({ status, attempt }: RefundSoFar): boolean => status === 'requested' && attempt > 0;

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
  const nothingTaken = order.paymentIntentId === null || Number(order.total) === 0;
  const reason = whyNotWithFlags('refund', { status: order.status, disputed: order.disputed, nothingTaken });
  if (reason !== null) return { code: reason === DISPUTED.reason ? 'disputed' : 'invalid_transition', reason };
  const remaining = remainingOf(order, others);
  if (remaining === 0) return NOTHING_LEFT;
  if ((asked.amount ?? 0) > remaining) return tooMuch({ amount: remaining, currency: order.currency });
  return whyNotRestock(order, others, asked.restock ?? []);
}

export const DISPUTED: Refusal = {
  code: 'disputed',
  reason: NO_REFUND_WHILE_DISPUTED,
};
export const NOTHING_LEFT: Refusal = {
  code: 'refund_exceeds_remaining',
  reason: 'Nothing is left: all of the order’s money is given back, or being given back',
};
/** Stripe says so, and does not say how much is left. */
export const TOO_MUCH: Refusal = { code: 'refund_exceeds_remaining', reason: 'More than is left to refund at Stripe' };
const tooMuch = (left: { amount: number; currency: string }): Refusal => ({
  code: 'refund_exceeds_remaining',
  reason: `More than is left to refund, which is ${formatMoney(left)}`,
});

function whyNotRestock(order: RefundableOrder, others: RefundSoFar[], restock: RestockLine[]): Refusal | null {
  for (const { sku, quantity } of restock) {
    const item = order.items.find((one) => one.sku === sku);
    if (item?.kind !== 'PHYSICAL') return refuseRestock(`${sku} is no goods of this order`);
    if (!order.sold) return refuseRestock(`${sku} has not left the shelf for this order`);
    const left = restockableOf(item, others);
    if (quantity > left) return refuseRestock(`${sku}: ${quantity} to restock, ${left} bought and not back yet`);
  }
  return null;
}

/** What of a line is neither back on the shelf nor about to be: what is not shipped yet as well as what is. */
function restockableOf(item: RefundableOrder['items'][number], others: RefundSoFar[]): number {
  const about = others.filter(isUnderWay).flatMap(({ restock }) => restock.filter(({ sku }) => sku === item.sku));
  return item.quantity - item.restocked - about.reduce((sum, { quantity }) => sum + quantity, 0);
}

const refuseRestock = (reason: string): Refusal => ({ code: 'invalid_transition', reason });

/** What of these lines can still go back, where something else may have brought goods back since they were asked for. */
export const cappedRestock = (items: RefundableOrder['items'], restock: RestockLine[]): RestockLine[] =>
  restock
    .map(({ sku, quantity }) => {
      const item = items.find((one) => one.sku === sku);
      return { sku, quantity: Math.min(quantity, item ? item.quantity - item.restocked : 0) };
    })
    .filter(({ quantity }) => quantity > 0);
