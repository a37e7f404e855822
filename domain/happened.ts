import { formatMoney } from './money';
import type { HoldReason, OrderStatus } from './order';

/**
 * What happens to an order, in words for staff: the same on its timeline, which a later run of its workflow tells from,
 * and in the Temporal UI by the run in which it happens.
 */

/** The database's `commit_order` writes them on the timeline, too. */
export const SOLD = {
  goods: 'Stock sold to this order; waiting to be shipped',
  downloads: 'Delivered: the downloads are granted',
} as const;

/** @param left units that are still to be shipped; absent where that is not known */
export const shippedInWords = (carrier: string, status: OrderStatus, left?: number): string => {
  if (status === 'SHIPPED') return `Shipped with ${carrier}`;
  return `Shipped in part with ${carrier}${left === undefined ? '' : `; ${left} still to ship`}`;
};

/** @param isReported whether staff say so */
export const deliveredInWords = (isReported: boolean): string =>
  isReported ? 'Delivered' : 'Shipped long enough ago; taken as delivered';

/** @param reason null once it is released */
export const heldInWords = (reason: HoldReason | null): string =>
  reason === null ? 'Shipping is released' : `Shipping is on hold (${reason})`;

export const UNDONE = 'Cancelled; no money was taken';

/** An order ends whose money a bank took for good. */
export const endedLostInWords = ({ lostAmount, currency }: { lostAmount: number; currency: string }): string =>
  `Ended after a lost dispute: nothing is refunded, because the customer has ${formatMoney({ amount: lostAmount, currency })} from the bank`;

/** How an order without a payment ends. */
export type UnpaidEnding = 'expired' | 'payment-failed' | 'sold-out' | 'abandoned' | 'cancelled';

const UNPAID: Record<UnpaidEnding, string> = {
  expired: 'Closed unpaid at the end of the hold',
  'payment-failed': 'The delayed payment failed',
  'sold-out': 'Sold out at checkout; the session is expired',
  abandoned: 'The shopper left without paying',
  cancelled: 'Cancelled before any money came',
};

/** @param status in which it ended: a cancel that was recorded first decides */
export const unpaidInWords = (ending: UnpaidEnding, status: OrderStatus): string =>
  UNPAID[ending === 'expired' && status === 'CANCELLED' ? 'cancelled' : ending];
