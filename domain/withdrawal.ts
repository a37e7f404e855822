import type { OrderStatus, PaymentStatus } from './order';
import { type ShippableItem, unshipped } from './parcel';

/** The parts of an order that decide whether and until when its shopper may withdraw. */
export interface WithdrawableOrder {
  status: OrderStatus;
  paymentStatus: PaymentStatus;
  createdAt: Date;
  paidAt: Date | null;
  items: readonly ShippableItem[];
  shipments: readonly { shippedAt: Date; deliveredAt: Date | null }[];
}

/** Whether there is a contract to withdraw from: bought, and not undone already. */
export const isBought = ({ status, paymentStatus }: Pick<WithdrawableOrder, 'status' | 'paymentStatus'>): boolean =>
  UNDONE.every((one) => one !== status) && PAID_OR_PAYING.includes(paymentStatus);

const UNDONE: readonly OrderStatus[] = ['EXPIRED', 'CANCELLED', 'REFUNDED'];
const PAID_OR_PAYING: readonly PaymentStatus[] = ['PROCESSING', 'PAID', 'NO_PAYMENT_REQUIRED', 'PARTIALLY_REFUNDED'];

const DAY_MS = 86_400_000;
/** Directive 2011/83/EU, article 9. */
const PERIOD_DAYS = 14;
/** For time zones and public holidays, of which Holdfast knows neither. */
const GRACE_MS = 2 * DAY_MS;

/**
 * The end of the withdrawal period, in UTC: the last hour of the 14th day after the last parcel arrived, or, of
 * downloads alone, after the payment. Null while something is still to be shipped, also again: the period
 * has not begun.
 * @param arrivesWithin milliseconds after which a parcel that nobody reported delivered counts as delivered
 */
export function periodEnd(order: WithdrawableOrder, arrivesWithin: number): Date | null {
  if (unshipped(order.items).length > 0 && order.status !== 'COMPLETED') return null;
  const arrivals = order.shipments.map(
    ({ shippedAt, deliveredAt }) => deliveredAt?.getTime() ?? shippedAt.getTime() + arrivesWithin,
  );
  const bought = (order.paidAt ?? order.createdAt).getTime();
  const hasGoods = order.items.some(({ kind }) => kind === 'PHYSICAL');
  return endOfPeriod(hasGoods && arrivals.length > 0 ? Math.max(...arrivals) : bought);
}

/** The day of the event does not count, and an end on a weekend moves to Monday (Regulation 1182/71, article 3). */
function endOfPeriod(from: number): Date {
  const midnight = Math.floor(from / DAY_MS) * DAY_MS;
  const last = midnight + PERIOD_DAYS * DAY_MS;
  const weekday = new Date(last).getUTCDay();
  const moved = weekday === 6 ? 2 : weekday === 0 ? 1 : 0;
  return new Date(last + (1 + moved) * DAY_MS - 1);
}

/** Whether the order's page offers to withdraw. */
export const offersWithdrawal = (order: WithdrawableOrder, end: Date | null, now: number): boolean =>
  isBought(order) && (end === null || now <= end.getTime() + GRACE_MS);

/** Whether a statement comes after the period. Staff are told, and decide. */
export const isLate = (end: Date | null, at: Date): boolean => end !== null && at > end;
